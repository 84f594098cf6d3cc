import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { ChipChoice } from '../ui/filters/chip-choice.tsx';
import { Over } from '../ui/layout/dialog.tsx';
import { DeliveryDetail, DeliveryState } from './delivery.tsx';

const STATES = ['pending', 'in_flight', 'delivered', 'retrying', 'held', 'exhausted', 'aborted'] as const;
export type State = (typeof STATES)[number];

/** An endpoint's deliveries, newest first; one opens in a drawer with its own address, except for operators. */
export function Deliveries({ endpoint, operator = false }: { endpoint: string; operator?: boolean }) {
  const { say, number } = useLocale();
  const navigate = useNavigate();
  const { delivery } = useSearch({ strict: false });
  const [state, setState] = useState<State | 'all'>('all');
  const show = (search: { delivery?: string }) => void navigate({ to: '.', search });
  const found = usePages(['deliveries', endpoint, state], (cursor) =>
    ask(
      (operator ? v1.operator.deliveries : v1.deliveries).$get({
        query: { endpoint, limit: '50', ...(state === 'all' ? {} : { state }), ...cursor },
      }),
    ),
  );
  return (
    <section>
      <div className="chips">
        <ChipChoice
          label={say('state')}
          value={state}
          none="all"
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
        open={operator ? undefined : ({ id }) => show({ delivery: id })}
        columns={[
          {
            name: say('event'),
            cell: ({ id, event }) => {
              const name = event?.type ?? id.slice(0, 8);
              return operator ? (
                name
              ) : (
                <Link to="." search={{ delivery: id }}>
                  {name}
                </Link>
              );
            },
          },
          { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
          { name: say('state'), cell: (each) => <DeliveryState state={each.state} /> },
          { name: say('attempts'), figure: true, cell: ({ attempts }) => number(attempts) },
          {
            name: say('responseCode'),
            cell: ({ lastStatus, lastClass }) => (lastClass ? <code>{lastStatus ?? lastClass}</code> : null),
          },
          {
            name: say('answeredIn'),
            figure: true,
            shown: !operator,
            cell: ({ lastMs }) => (typeof lastMs === 'number' ? `${number(Math.round(lastMs))} ms` : null),
          },
          { name: say('nextTry'), cell: ({ nextAt }) => when(nextAt) },
        ]}
      />
      {delivery === undefined ? null : (
        <Over side title={say('deliveryWord')} close={() => show({})}>
          <DeliveryDetail id={delivery} />
        </Over>
      )}
    </section>
  );
}
