import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { AccountChoice, useNames } from '../carriers/operator-choices.tsx';
import { TemporalLink } from '../carriers/temporal-link.tsx';

/** Unattributed replies, to assign to accounts. */
export function UnattributedPage() {
  const { say, number } = useLocale();
  const found = usePages(['unattributed'], (cursor) => ask(v1.operator.unattributed.$get({ query: { limit: '50', ...cursor } })));
  return (
    <>
      <h1>{say('unattributed')}</h1>
      <p>{say('unattributedHint')}</p>
      <List
        label={say('unattributed')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noUnattributed'), hint: say('noUnattributedHint') }}
        columns={[
          { name: say('from'), cell: ({ from }) => phoneText(from) },
          { name: say('to'), cell: ({ to }) => phoneText(to) },
          { name: say('text'), long: true, cell: ({ text }) => <span dir="auto">{text}</span> },
          { name: say('received'), cell: ({ receivedAt }) => when(receivedAt) },
          {
            name: say('because'),
            cell: ({ reason, candidates, failure }) => (
              <>
                {say(`unattributed.${reason}`, { n: number(candidates.length) })} <span lang="en">{failure}</span>
              </>
            ),
          },
          { name: say('run'), cell: ({ runId }) => <TemporalLink run={runId} /> },
          { name: say('action'), cell: ({ id }) => <Assign id={id} /> },
        ]}
      />
    </>
  );
}

function Assign({ id }: { id: string }) {
  const { say } = useLocale();
  const names = useNames();
  const [chosen, setChosen] = useState('');
  const assign = useAct(
    () => ask(v1.operator.replies[':id'].attribution.$put({ param: { id }, json: { account: chosen, campaign: null } })),
    ['unattributed'],
  );
  return (
    <ConfirmButton label={say('assign')} question={say('assignAsk')} act={assign} disabled={chosen === ''}>
      <p>{say('assignHint')}</p>
      <AccountChoice names={names} value={chosen} onChange={setChosen} none={say('chooseAccount')} />
    </ConfirmButton>
  );
}
