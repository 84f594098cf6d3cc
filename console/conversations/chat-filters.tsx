import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Field } from '../ui/components.tsx';
import { session } from '../people/session.ts';

const VIEWS = ['all', 'open', 'unread', 'mine', 'flagged', 'optedOut', 'snoozed', 'closed', 'blocked'] as const;
type View = (typeof VIEWS)[number];
type ChatFilters = { view: View; campaign: string; search: string };
export const NO_FILTERS: ChatFilters = { view: 'all', campaign: '', search: '' };

const SETTLE_MS = 300;

/** What the API is asked for. */
export function queryOf({ view, campaign, search }: ChatFilters) {
  return {
    ...(view === 'unread' ? { unread: 'true' as const } : {}),
    ...(view === 'mine' ? { mine: 'true' as const } : {}),
    ...(view === 'flagged' ? { flagged: 'true' as const } : {}),
    ...(view === 'optedOut' ? { optedOut: 'true' as const } : {}),
    ...(view === 'open' || view === 'snoozed' || view === 'closed' || view === 'blocked' ? { state: view } : {}),
    ...(campaign === '' ? {} : { campaign }),
    ...(search.trim().length < 2 ? {} : { search: search.trim() }),
  };
}

type Props = { filters: ChatFilters; change: (filters: ChatFilters) => void };

export function ChatFilterFields({ filters, change }: Props) {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  const [search, setSearch] = useState(filters.search);
  const campaigns = useQuery({
    queryKey: ['campaigns', 'choice'],
    queryFn: () => ask(v1.campaigns.$get({ query: { limit: '100' } })),
    // An agent sees no campaigns.
    enabled: !who?.user.role.startsWith('agent'),
  });
  useEffect(() => {
    const timer = setTimeout(() => {
      if (search !== filters.search) change({ ...filters, search });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [search, filters, change]);
  return (
    <div id="find">
      <Field label={say('findConversation')} type="search" value={search} onChange={setSearch} />
      <div className="pair">
        <Choice
          label={say('show')}
          value={filters.view}
          onChange={(view) => change({ ...filters, view })}
          options={VIEWS.map((value) => ({ value, label: say(`view.${value}`) }))}
        />
        {campaigns.data && campaigns.data.items.length > 0 ? (
          <Choice
            label={say('campaign')}
            value={filters.campaign}
            onChange={(campaign) => change({ ...filters, campaign })}
            options={[
              { value: '', label: say('allCampaigns') },
              ...campaigns.data.items.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        ) : null}
      </div>
    </div>
  );
}
