import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct, usePages } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Choice, Problem } from '../ui/components.tsx';
import { TemporalLink } from '../carriers/temporal-link.tsx';

/** Nightly gateway syncs, and one on demand. */
export function SyncsPage() {
  const { say, number } = useLocale();
  const carriers = useQuery({ queryKey: ['carriers'], queryFn: () => ask(v1.operator.carriers.$get()) });
  const gateways = carriers.data?.items.filter(({ route }) => route === 'lowcost') ?? [];
  const nameOf = (id: string): string => carriers.data?.items.find((each) => each.id === id)?.name ?? id;
  const [chosen, setChosen] = useState<string | null>(null);
  const id = chosen ?? gateways[0]?.id ?? '';
  const found = usePages(['sync-runs'], (cursor) => ask(v1.operator['sync-runs'].$get({ query: { limit: '50', ...cursor } })));
  const sync = useAct(() => ask(v1.operator.carriers[':id'].sync.$post({ param: { id }, json: {} })), ['sync-runs']);
  return (
    <>
      <h1>{say('syncs')}</h1>
      <p>{say('syncsHint')}</p>
      {gateways.length > 0 ? (
        <div className="filters">
          <Choice
            label={say('gateway')}
            value={id}
            onChange={setChosen}
            options={gateways.map((each) => ({ value: each.id, label: each.name }))}
          />
          <Action kind="main" isDisabled={sync.isPending} onPress={() => sync.mutate()}>
            {say('syncNow')}
          </Action>
          <TemporalLink run={`sync/${id}`} />
        </div>
      ) : null}
      <Problem error={sync.error} />
      <List
        label={say('syncs')}
        found={found}
        keyOf={(run) => run.id}
        empty={{ title: say('noSyncs'), hint: say('noSyncsHint') }}
        columns={[
          { name: say('gateway'), cell: ({ carrier }) => nameOf(carrier) },
          { name: say('since'), cell: ({ requestedAt }) => when(requestedAt) },
          {
            name: say('state'),
            cell: ({ state }) => (
              <Badge tone={state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'plain'}>{say(`sync.${state}`)}</Badge>
            ),
          },
          { name: say('read'), figure: true, cell: ({ read }) => number(read) },
          { name: say('newOnes'), figure: true, cell: (run) => number(run.new) },
          { name: say('duplicates'), figure: true, cell: ({ duplicates }) => number(duplicates) },
          { name: say('young'), figure: true, cell: ({ young }) => number(young) },
          { name: say('errors'), figure: true, cell: ({ errors }) => number(errors) },
          { name: say('lastError'), cell: ({ error }) => <span lang="en">{error}</span> },
        ]}
      />
    </>
  );
}
