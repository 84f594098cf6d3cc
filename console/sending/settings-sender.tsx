import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { Brands } from '../accounts/brands.tsx';
import { useAccount, useAct, useOwner } from '../query-hooks.ts';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Choice, Field } from '../ui/components.tsx';

const SHORT_CODE = '12345';
type Kind = 'none' | 'code' | 'name' | 'number';
type Account = { defaultSender: string | null };

const kindOf = (sender: string | null): Kind => {
  if (sender === null) return 'none';
  if (sender === SHORT_CODE) return 'code';
  return sender.startsWith('+') ? 'number' : 'name';
};

export function SenderSettings() {
  const { say } = useLocale();
  const account = useAccount();
  return (
    <>
      <h1>{say('sender')}</h1>
      <p>{say('defaultSenderHint')}</p>
      <Loaded of={account}>{(data) => <Sender key={data.defaultSender} account={data} />}</Loaded>
      <Brands />
    </>
  );
}

/** The form of the default sender; null for none. */
function useChosen(before: string | null) {
  const [kind, setKind] = useState(kindOf(before));
  const own = (of: Kind): string => (before !== null && kindOf(before) === of ? before : '');
  const [name, setName] = useState(own('name'));
  const [number, setNumber] = useState(own('number'));
  const rented = useQuery({ queryKey: ['numbers'], queryFn: () => ask(v1.numbers.$get({ query: { limit: '200' } })) });
  const numbers = rented.data?.items.map((each) => each.number) ?? [];
  const chosen = { none: null, code: SHORT_CODE, name, number: number || (numbers[0] ?? '') }[kind];
  return { kind, setKind, name, setName, setNumber, numbers, chosen };
}

function Sender({ account: { defaultSender: before } }: { account: Account }) {
  const { say } = useLocale();
  const owner = useOwner();
  const { kind, setKind, name, setName, setNumber, numbers, chosen } = useChosen(before);
  const save = useAct(() => ask(v1.account.$patch({ json: { defaultSender: chosen } })), ['account']);
  if (!owner) return <p>{before ?? say('senderNone')}</p>;
  return (
    <FormCard label={say('save')} act={save} disabled={chosen === before || chosen === ''}>
      <Choice
        label={say('sender')}
        value={kind}
        onChange={setKind}
        options={[
          { value: 'none', label: say('senderNone') },
          { value: 'code', label: say('senderCode') },
          { value: 'name', label: say('senderName') },
          ...(numbers.length > 0 ? [{ value: 'number' as const, label: say('senderNumber') }] : []),
        ]}
      />
      {kind === 'name' ? <Field label={say('senderName')} hint={say('senderHint')} value={name} onChange={setName} /> : null}
      {kind === 'number' ? (
        <Choice
          label={say('number')}
          value={chosen ?? ''}
          onChange={setNumber}
          options={numbers.map((value) => ({ value, label: value }))}
        />
      ) : null}
      {save.isSuccess ? <p role="status">{say('saved')}</p> : null}
    </FormCard>
  );
}
