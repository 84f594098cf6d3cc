import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { Deliveries } from './deliveries.tsx';
import { Health } from './endpoint-health.tsx';
import { List, when } from '../ui/list.tsx';
import { AccountLink } from '../ui/tables/links.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useNames } from '../carriers/operator-choices.tsx';
import { TemporalLink } from '../carriers/temporal-link.tsx';

/** Endpoints in trouble. */
export function TroubledPage() {
  const { say, number } = useLocale();
  const found = usePages(['troubled'], (cursor) => ask(v1.operator.endpoints.$get({ query: { limit: '50', ...cursor } })));
  const lines = useQuery({
    queryKey: ['troubled', 'lines'],
    queryFn: () => ask(v1.operator.endpoints.$get({ query: { limit: '1' } })),
  });
  const { nameOf } = useNames();
  const down = lines.data?.linesDown ?? [];
  return (
    <>
      <h1>{say('troubled')}</h1>
      <p>{say('troubledHint')}</p>
      {down.map(({ worker, since, endpoints }) => (
        <p key={worker} role="alert" className="problem">
          {say('lineDown', { worker, n: number(endpoints) })} {when(since)}
        </p>
      ))}
      <List
        label={say('troubled')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noTroubled'), hint: say('noTroubledHint') }}
        columns={[
          { name: say('account'), long: true, cell: ({ account }) => <AccountLink id={account} name={nameOf(account)} /> },
          {
            name: say('address'),
            long: true,
            cell: ({ id, url }) => (
              <Link to="/operator/endpoints/$id" params={{ id }}>
                {url}
              </Link>
            ),
          },
          { name: say('state'), cell: ({ health }) => <Health health={health} /> },
          { name: say('since'), cell: ({ since }) => when(since) },
          { name: say('stateWaiting'), figure: true, cell: ({ backlog }) => number(backlog) },
          {
            name: say('lastFailure'),
            cell: ({ lastFailure }) => (lastFailure ? <code>{lastFailure.status ?? lastFailure.class}</code> : null),
          },
          { name: say('nextTry'), cell: ({ nextTryAt }) => when(nextTryAt) },
          { name: say('run'), cell: ({ runId }) => <TemporalLink run={runId} /> },
        ]}
      />
    </>
  );
}

/** One endpoint's deliveries, without texts or numbers. */
export function TroubledEndpoint() {
  const { say } = useLocale();
  const { id = '' } = useParams({ strict: false });
  return (
    <>
      <p>
        <Link to="/operator/endpoints">{say('troubled')}</Link>
      </p>
      <h1>{say('deliveries')}</h1>
      <Deliveries endpoint={id} operator />
    </>
  );
}
