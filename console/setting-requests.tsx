import { useState } from 'react';
import { ask, v1 } from './api.ts';
import { useAct, usePages } from './asking.ts';
import { List, when } from './list.tsx';
import { useLocale } from './locale.tsx';
import { Action, Field, Problem } from './parts.tsx';
import { Sure } from './sure.tsx';

/** What V0 accounts ask to have changed about their replies, to be carried out or refused. */
export function SettingRequests() {
  const { say } = useLocale();
  const found = usePages(['asked'], (cursor) =>
    ask(v1.operator['setting-requests'].$get({ query: { limit: '50', state: 'waiting', ...cursor } })),
  );
  return (
    <section>
      <h2>{say('settingRequests')}</h2>
      <List
        label={say('settingRequests')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noSettingRequests'), hint: say('noSettingRequestsHint') }}
        columns={[
          { name: say('account'), cell: ({ account }) => account.name },
          { name: say('since'), cell: ({ requestedAt }) => when(requestedAt) },
          { name: say('what'), cell: ({ kind }) => say(`ask.${kind}`) },
          { name: say('change'), cell: ({ change }) => <code>{JSON.stringify(change)}</code> },
          { name: say('decision'), cell: ({ id }) => <Decide id={id} /> },
        ]}
      />
    </section>
  );
}

function Decide({ id }: { id: string }) {
  const { say } = useLocale();
  const [reason, setReason] = useState('');
  const param = { id };
  const carryOut = useAct(() => ask(v1.operator['setting-requests'][':id']['carry-out'].$post({ param })), ['asked']);
  const refuse = useAct(() => ask(v1.operator['setting-requests'][':id'].refuse.$post({ param, json: { reason } })), ['asked']);
  return (
    <>
      <div className="row start">
        <Action kind="main" isDisabled={carryOut.isPending} onPress={() => carryOut.mutate()}>
          {say('carryOut')}
        </Action>
        <Sure label={say('refuse')} question={say('refuseAsk')} act={refuse} disabled={reason.trim() === ''}>
          <Field label={say('reason')} hint={say('reasonHint')} value={reason} onChange={setReason} />
        </Sure>
      </div>
      <Problem error={carryOut.error} />
    </>
  );
}
