import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { refusalOf, v1 } from './api.ts';
import { AskTwoWay } from './ask-two-way.tsx';
import { useLocale } from './locale.tsx';
import { Action, Empty, Problem } from './parts.tsx';
import { session } from './session.ts';

async function readPage(cursor: string | null) {
  const response = await v1.campaigns.$get({ query: { limit: '50', ...(cursor === null ? {} : { cursor }) } });
  if (response.status === 200) return response.json();
  throw await refusalOf(response);
}

export function CampaignsPage() {
  const { say, time, number } = useLocale();
  const { data: who } = useQuery(session);
  const first: string | null = null;
  const found = useInfiniteQuery({
    queryKey: ['campaigns'],
    queryFn: ({ pageParam }: { pageParam: string | null }) => readPage(pageParam),
    initialPageParam: first,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const create =
    who?.user.role === 'owner' ? (
      <Link to="/campaigns/new" className="button main">
        {say('newCampaign')}
      </Link>
    ) : null;
  return (
    <div className="page">
      <div className="row">
        <h1>{say('campaigns')}</h1>
        {items.length > 0 ? create : null}
      </div>
      {who?.user.role === 'owner' ? <AskTwoWay /> : null}
      <Problem error={found.error} retry={() => void found.refetch()} />
      {found.isPending ? <p>{say('loading')}</p> : null}
      {found.data && items.length === 0 ? (
        <Empty title={say('noCampaigns')} hint={say('noCampaignsHint')}>
          {create}
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <div className="wide" tabIndex={0} role="region" aria-label={say('campaigns')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say('name')}</th>
                <th scope="col">{say('state')}</th>
                <th scope="col">{say('route')}</th>
                <th scope="col" className="figure">
                  {say('recipients')}
                </th>
                <th scope="col">{say('created')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((campaign) => (
                <tr key={campaign.id}>
                  <td>
                    <Link to="/campaigns/$id" params={{ id: campaign.id }}>
                      {campaign.name}
                    </Link>
                  </td>
                  <td>{say(campaign.state)}</td>
                  <td>{say(campaign.route)}</td>
                  <td className="figure">{number(campaign.total)}</td>
                  <td>
                    <time dateTime={campaign.createdAt}>{time(campaign.createdAt)}</time>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {found.hasNextPage ? <Action onPress={() => void found.fetchNextPage()}>{say('more')}</Action> : null}
    </div>
  );
}
