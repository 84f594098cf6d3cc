import { useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Field } from '../ui/components.tsx';

/** Names of carriers and accounts. */
export function useNames() {
  const carriers = useQuery({ queryKey: ['carriers'], queryFn: () => ask(v1.operator.carriers.$get()) });
  const accounts = useQuery({
    queryKey: ['accounts', 'choice'],
    queryFn: () => ask(v1.operator.accounts.$get({ query: { limit: '200' } })),
  });
  const names = new Map(
    [...(carriers.data?.items ?? []), ...(accounts.data?.items ?? [])].map(({ id, name }) => [id, name] as const),
  );
  return {
    carriers: carriers.data?.items ?? [],
    accounts: accounts.data?.items ?? [],
    nameOf: (id: string | null): string => (id === null ? '' : (names.get(id) ?? id)),
  };
}
type Names = ReturnType<typeof useNames>;

export function AccountChoice({
  names,
  value,
  onChange,
  none,
}: {
  names: Names;
  value: string;
  onChange: (id: string) => void;
  none: string;
}) {
  const { say } = useLocale();
  return (
    <Choice
      label={say('account')}
      value={value}
      onChange={onChange}
      options={[{ value: '', label: none }, ...names.accounts.map(({ id, name }) => ({ value: id, label: name }))]}
    />
  );
}

export function CarrierChoice({ names, value, onChange }: { names: Names; value: string; onChange: (id: string) => void }) {
  const { say } = useLocale();
  return (
    <Choice
      label={say('carrier')}
      value={value}
      onChange={onChange}
      options={[
        { value: '', label: say('chooseAccount') },
        ...names.carriers.map(({ id, name, route }) => ({ value: id, label: `${name} (${say(route)})` })),
      ]}
    />
  );
}

/** A two-letter country code. */
export function CountryField(props: { hint: string; value: string; onChange: (code: string) => void }) {
  const { say } = useLocale();
  return <Field label={say('country')} {...props} onChange={(code) => props.onChange(code.toUpperCase())} />;
}
