import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Badge, Choice } from '../ui/components.tsx';

const STATES = ['pending', 'in_flight', 'delivered', 'retrying', 'held', 'exhausted', 'aborted'] as const;
type State = (typeof STATES)[number];

const toneOf = (state: State) =>
  state === 'delivered' ? 'good' : state === 'exhausted' || state === 'aborted' ? 'bad' : 'plain';

export function DeliveryState({ state }: { state: State }) {
  const { say } = useLocale();
  return <Badge tone={toneOf(state)}>{say(`delivery.${state}`)}</Badge>;
}

/** An endpoint's deliveries, newest first; for an operator without a page of each. */
export function Deliveries({ endpoint, operator = false }: { endpoint: string; operator?: boolean }) {
  const { say, number } = useLocale();
  const [state, setState] = useState<State | 'all'>('all');
  const found = usePages(['deliveries', endpoint, state], (cursor) =>
    ask(
      (operator ? v1.operator.deliveries : v1.deliveries).$get({
        query: { endpoint, limit: '20', ...(state === 'all' ? {} : { state }), ...cursor },
      }),
    ),
  );
  return (
    <section>
      <h2>{say('deliveries')}</h2>
      <div className="filters">
        <Choice
          label={say('state')}
          value={state}
          onChange={setState}
          options={[
            { value: 'all', label: say('allStates') },
            ...STATES.map((value) => ({ value, label: say(`delivery.${value}`) })),
          ]}
        />
      </div>
      <List
        label={say('deliveries')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noDeliveries'), hint: say('noDeliveriesHint') }}
        columns={[
          {
            name: say('event'),
            cell: ({ id, event }) => {
              const name = event?.type ?? id.slice(0, 8);
              return operator ? (
                name
              ) : (
                <Link to="/settings/deliveries/$id" params={{ id }}>
                  {name}
                </Link>
              );
            },
          },
          { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
          { name: say('state'), cell: (delivery) => <DeliveryState state={delivery.state} /> },
          { name: say('attempts'), figure: true, cell: ({ attempts }) => number(attempts) },
          { name: say('lastAttempt'), cell: ({ lastClass }) => (lastClass ? <code>{lastClass}</code> : null) },
          { name: say('nextTry'), cell: ({ nextAt }) => when(nextAt) },
        ]}
      />
    </section>
  );
}
