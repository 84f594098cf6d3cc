import { useQuery } from '@tanstack/react-query';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { Facts, List, Loaded, Table, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Empty } from '../ui/components.tsx';
import { TemporalLink } from '../carriers/temporal-link.tsx';

/** Whether every delivery is accounted for, and messages in doubt. */
export function LedgerPage() {
  const { say, sayOr, number } = useLocale();
  const ledger = useQuery({ queryKey: ['ledger'], queryFn: () => ask(v1.operator.ledger.$get()), staleTime: 60_000 });
  return (
    <>
      <div className="row">
        <h1>{say('ledger')}</h1>
        <Action isDisabled={ledger.isFetching} onPress={() => void ledger.refetch()}>
          {say('countAgain')}
        </Action>
      </div>
      <p>{say('ledgerHint')}</p>
      <Loaded of={ledger}>
        {({ events, owed, states, broken }) => (
          <>
            <p>
              <Badge tone={Object.keys(broken).length === 0 ? 'good' : 'bad'}>
                {say(Object.keys(broken).length === 0 ? 'addsUp' : 'doesNotAddUp')}
              </Badge>
            </p>
            <Facts
              facts={[
                [say('events'), number(events)],
                [say('owed'), number(owed)],
                ...Object.entries(states).map(([state, count]) => [sayOr(`delivery.${state}`, state), number(count)] as const),
              ]}
            />
            {Object.keys(broken).length > 0 ? (
              <Table
                label={say('doesNotAddUp')}
                rows={Object.entries(broken)}
                keyOf={([promise]) => promise}
                columns={[
                  { name: say('promise'), cell: ([promise]) => <span lang="en">{promise}</span> },
                  { name: say('rowsListed'), figure: true, cell: ([, count]) => number(count) },
                ]}
              />
            ) : null}
          </>
        )}
      </Loaded>
      <InDoubt />
    </>
  );
}

function InDoubt() {
  const { say, number } = useLocale();
  const summary = useQuery({ queryKey: ['in-doubt'], queryFn: () => ask(v1.operator['in-doubt'].$get()) });
  const found = usePages(['in-doubt', 'messages'], (cursor) =>
    ask(v1.operator['in-doubt'].messages.$get({ query: { limit: '50', ...cursor } })),
  );
  const nameOf = (id: string): string => summary.data?.carriers.find(({ carrier }) => carrier === id)?.name ?? id;
  return (
    <section>
      <h2>{say('inDoubt')}</h2>
      <p>{say('inDoubtHint')}</p>
      <Loaded of={summary}>
        {({ count, carriers }) =>
          count === 0 ? (
            <Empty title={say('noDoubt')} hint={say('noDoubtHint')} />
          ) : (
            <>
              <Facts facts={carriers.map((each) => [each.name, number(each.count)] as const)} />
              <List
                label={say('inDoubt')}
                found={found}
                keyOf={({ id }) => id}
                empty={{ title: say('noDoubt'), hint: say('noDoubtHint') }}
                columns={[
                  { name: say('carrier'), cell: ({ carrier }) => nameOf(carrier) },
                  { name: say('submittedAt'), cell: ({ submittedAt }) => when(submittedAt) },
                  { name: say('since'), cell: ({ since }) => when(since) },
                  { name: say('because'), cell: ({ reason }) => <span lang="en">{reason}</span> },
                  {
                    name: say('campaign'),
                    cell: ({ campaign }) => <TemporalLink run={campaign === null ? null : `campaign/${campaign}`} />,
                  },
                ]}
              />
            </>
          )
        }
      </Loaded>
    </section>
  );
}
