import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Check, Field, FormCard } from '../ui/components.tsx';
import { session } from './session.ts';

/** Session length, idle time and second factor. */
export function SignInPolicy() {
  const found = useQuery({ queryKey: ['sign-in-policy'], queryFn: () => ask(v1['sign-in-policy'].$get()) });
  return <Loaded of={found}>{(policy) => <Chosen key={JSON.stringify(policy)} policy={policy} />}</Loaded>;
}

type Numbers = { sessionHours: number | null; idleMinutes: number | null };
type Policy = Numbers & { authenticator: boolean };

function Chosen({ policy }: { policy: Policy & { installation: Policy } }) {
  const { say } = useLocale();
  const owner = useOwner();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(policy);
  const { sessionHours, idleMinutes, authenticator } = chosen;
  const save = useAct(
    () => ask(v1['sign-in-policy'].$patch({ json: { sessionHours, idleMinutes, authenticator } })),
    ['sign-in-policy'],
    // A new requirement applies at once.
    () => void queries.invalidateQueries({ queryKey: session.queryKey }),
  );
  const number = (name: keyof Numbers) => (
    <Field
      label={say(name)}
      hint={say('policyAtMost', { n: String(policy.installation[name]) })}
      inputMode="numeric"
      value={chosen[name] === null ? '' : String(chosen[name])}
      onChange={(text) => setChosen({ ...chosen, [name]: text.trim() === '' ? null : Number(text) || 0 })}
    />
  );
  return (
    <FormCard
      title={say('signInPolicy')}
      label={say('save')}
      act={save}
      disabled={!owner || JSON.stringify(chosen) === JSON.stringify(policy)}
    >
      <p>{say('signInPolicyHint')}</p>
      <div className="fields">
        {number('sessionHours')}
        {number('idleMinutes')}
      </div>
      <Check
        label={say('authenticatorRequired')}
        value={authenticator || policy.installation.authenticator}
        onChange={(required) => setChosen({ ...chosen, authenticator: required })}
      />
    </FormCard>
  );
}
