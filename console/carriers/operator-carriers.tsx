import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, v1 } from '../api.ts';
import { useAll } from '../query-hooks.ts';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Badge } from '../ui/components.tsx';
import { CarrierLink } from '../ui/tables/links.tsx';

const LOOK_MS = 5000;

export function CarriersPage() {
  const { say } = useLocale();
  const found = useAll(['carriers'], () => ask(v1.operator.carriers.$get()));
  return (
    <>
      <div className="row">
        <h1>{say('carriers')}</h1>
        <Link to="/operator/carriers/new" className="button main">
          {say('newCarrier')}
        </Link>
      </div>
      <List
        label={say('carriers')}
        found={found}
        empty={{ title: say('noCarriers'), hint: say('noCarriersHint') }}
        keyOf={({ id }) => id}
        columns={[
          { name: say('name'), cell: CarrierLink },
          { name: say('kind'), cell: ({ type }) => type },
          { name: say('route'), cell: ({ route }) => say(route) },
          { name: say('state'), cell: ({ id }) => <CarrierState id={id} /> },
          { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
        ]}
      />
    </>
  );
}

export const useCarrierState = (id: string) =>
  useQuery({
    queryKey: ['carriers', id, 'state'],
    queryFn: () => ask(v1.operator.carriers[':id'].state.$get({ param: { id } })),
    refetchInterval: LOOK_MS,
  });

export function CarrierState({ id }: { id: string }) {
  const { say } = useLocale();
  const { data } = useCarrierState(id);
  if (!data) return null;
  return (
    <Badge tone={data.state === 'up' ? 'good' : data.state === 'down' ? 'bad' : 'plain'}>{say(`carrier.${data.state}`)}</Badge>
  );
}
