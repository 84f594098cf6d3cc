import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { usePages } from '../query-hooks.ts';
import { Badge, Choice, type Tone } from '../ui/components.tsx';
import { List, whenShort } from '../ui/list.tsx';
import { phoneText } from '../ui/phone-text.ts';
import type { Campaign } from './composer/draft-model.ts';

const TONES: Record<string, Tone> = {
  accepted: 'busy',
  submitting: 'busy',
  queued: 'wait',
  delivered: 'good',
  simulated: 'good',
  undelivered: 'bad',
  expired: 'bad',
  failed: 'bad',
};
const STATES = ['undelivered', 'failed', 'expired', 'skipped', 'in_doubt', 'unknown', 'queued', 'accepted', 'delivered'] as const;
type State = (typeof STATES)[number];

/** The recipients, failures first. */
export function CampaignRecipients({ campaign: { id, progress } }: { campaign: Campaign }) {
  const { say, sayOr, number } = useLocale();
  const there = STATES.filter((state) => (progress[state] ?? 0) > 0);
  const [chosen, choose] = useState<State | ''>(there.find((state) => TONES[state] === 'bad') ?? '');
  const found = usePages(['campaign', id, 'messages', chosen], (cursor) =>
    ask(
      v1.campaigns[':id'].messages.$get({
        param: { id },
        query: { limit: '20', ...(chosen === '' ? {} : { state: chosen }), ...cursor },
      }),
    ),
  );
  return (
    <section>
      <div className="row">
        <h2>{say('recipients')}</h2>
        <Choice
          unseen
          label={say('state')}
          value={chosen}
          onChange={choose}
          options={[
            { value: '', label: say('allStates') },
            ...there.map((state) => ({ value: state, label: `${say(`message.${state}`)} (${number(progress[state] ?? 0)})` })),
          ]}
        />
      </div>
      <List
        label={say('recipients')}
        found={found}
        keyOf={(message) => message.id}
        empty={{ title: say('nothingFound'), hint: '' }}
        columns={[
          { name: say('filterNumber'), cell: ({ to }) => phoneText(to) },
          {
            name: say('state'),
            cell: ({ state }) => <Badge tone={TONES[state] ?? 'plain'}>{sayOr(`message.${state}`, state)}</Badge>,
          },
          { name: say('reason'), long: true, cell: ({ reason }) => (reason ? <code lang="en">{reason}</code> : null) },
          { name: say('stateSent'), cell: ({ submittedAt }) => whenShort(submittedAt) },
        ]}
      />
    </section>
  );
}
