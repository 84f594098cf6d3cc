import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, v1 } from '../api.ts';
import { AskTwoWay } from '../accounts/ask-two-way.tsx';
import { usePages } from '../query-hooks.ts';
import { Standing } from './campaign-standing.tsx';
import { List, when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { session } from '../people/session.ts';

export function CampaignsPage() {
  const { say, number } = useLocale();
  const { data: who } = useQuery(session);
  const found = usePages(['campaigns'], (cursor) => ask(v1.campaigns.$get({ query: { limit: '50', ...cursor } })));
  const owner = who?.user.role === 'owner';
  const create = (
    <Link to="/campaigns/new" className="button main">
      {say('newCampaign')}
    </Link>
  );
  return (
    <div className="page">
      <div className="row">
        <h1>{say('campaigns')}</h1>
        {owner && found.items && found.items.length > 0 ? create : null}
      </div>
      {owner ? <AskTwoWay /> : null}
      <List
        label={say('campaigns')}
        found={found}
        keyOf={({ id }) => id}
        empty={{ title: say('noCampaigns'), hint: say('noCampaignsHint'), next: owner ? create : null }}
        columns={[
          {
            name: say('name'),
            long: true,
            cell: ({ id, name }) => (
              <Link to="/campaigns/$id" params={{ id }}>
                {name}
              </Link>
            ),
          },
          { name: say('state'), cell: (campaign) => <Standing campaign={campaign} /> },
          { name: say('route'), cell: ({ route }) => say(route) },
          { name: say('recipients'), figure: true, cell: ({ total }) => number(total) },
          { name: say('created'), cell: ({ createdAt }) => when(createdAt) },
        ]}
      />
    </div>
  );
}
