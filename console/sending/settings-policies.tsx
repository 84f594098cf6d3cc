import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, useOwner } from '../query-hooks.ts';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { FormCard, Check, Choice, Field } from '../ui/components.tsx';

type Policies = InferResponseType<typeof v1.policies.$get, 200>;

export function PoliciesSettings() {
  const { say } = useLocale();
  const found = useQuery({ queryKey: ['policies'], queryFn: () => ask(v1.policies.$get()) });
  return (
    <>
      <h1>{say('policies')}</h1>
      <p>{say('policiesHint')}</p>
      <Loaded of={found}>{(data) => <Chosen key={JSON.stringify(data)} policies={data} />}</Loaded>
    </>
  );
}

function Chosen({ policies }: { policies: Policies }) {
  const { say } = useLocale();
  const owner = useOwner();
  // Only touched fields are sent: the others may have changed meanwhile.
  const [touched, setTouched] = useState<Partial<Policies>>({});
  const chosen = { ...policies, ...touched };
  const change = (part: Partial<Policies>): void => setTouched((before) => ({ ...before, ...part }));
  const save = useAct(() => ask(v1.policies.$patch({ json: touched })), ['policies']);
  const changed = JSON.stringify(chosen) !== JSON.stringify(policies);
  return (
    <FormCard label={say('save')} act={save} disabled={!owner || !changed}>
      <Choice
        label={say('quietHours')}
        value={chosen.quietHours}
        onChange={(quietHours) => change({ quietHours })}
        options={[
          { value: 'hold', label: say('quietHold') },
          { value: 'warn', label: say('policyWarn') },
          { value: 'off', label: say('quietOff') },
        ]}
      />
      <Choice
        label={say('quietPreset')}
        value={chosen.quietPreset}
        onChange={(quietPreset) => change({ quietPreset })}
        options={[
          { value: 'standard', label: say('quietStandard') },
          { value: 'strict', label: say('quietStrict') },
        ]}
      />
      {(['lowcostMarketing', 'landlines'] as const).map((policy) => (
        <Choice
          key={policy}
          label={say(policy)}
          value={chosen[policy]}
          onChange={(mode) => change({ [policy]: mode })}
          options={[
            { value: 'refuse', label: say('refuse') },
            { value: 'warn', label: say('policyWarn') },
            { value: 'off', label: say('policyOff') },
          ]}
        />
      ))}
      <Choice
        label={say('missingStop')}
        value={chosen.missingStop}
        onChange={(missingStop) => change({ missingStop })}
        options={[
          { value: 'add', label: say('missingStopAdd') },
          { value: 'refuse', label: say('refuse') },
        ]}
      />
      <Check
        label={say('stopConfirmation')}
        value={chosen.stopConfirmation}
        onChange={(stopConfirmation) => change({ stopConfirmation })}
      />
      {chosen.stopConfirmation ? (
        <Field
          label={say('stopText')}
          hint={say('stopTextHint')}
          rows={2}
          value={chosen.stopText ?? ''}
          onChange={(text) => change({ stopText: text === '' ? null : text })}
        />
      ) : null}
      <Field
        label={say('contactText')}
        hint={say('contactTextHint')}
        rows={2}
        value={chosen.contactText ?? ''}
        onChange={(text) => change({ contactText: text === '' ? null : text })}
      />
      {save.isSuccess && !changed ? <p role="status">{say('saved')}</p> : null}
    </FormCard>
  );
}
