import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { Megaphone, Plus } from 'lucide-react';
import { ask, v1 } from '../api.ts';
import { AskTwoWay } from '../accounts/ask-two-way.tsx';
import { useOwner, usePages } from '../query-hooks.ts';
import './campaigns.css';
import { Answered, CampaignMenu, type Listed } from './campaign-row.tsx';
import { Standing } from './campaign-standing.tsx';
import { List, Table, whenShort } from '../ui/list.tsx';
import { CampaignLink } from '../ui/tables/links.tsx';
import { ConfirmAct } from '../ui/confirm-button.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Field } from '../ui/components.tsx';
import { useAddressed, useFilterAddress } from '../ui/use-settled.ts';

const STATES = ['draft', 'ready', 'launched', 'paused', 'completed', 'cancelled'] as const;

type State = (typeof STATES)[number];

/** Filters, kept in the address. */
function useFilters() {
  const show = useFilterAddress();
  const { q = '', state: asked } = useSearch({ from: '/campaigns' });
  const state = STATES.find((each) => each === asked);
  const [text, write] = useAddressed(q, (next) => show({ q: next, state: state ?? '' }));
  return { q, state, text, write, choose: (next: State | '') => show({ q, state: next }), any: q !== '' || state !== undefined };
}

export function CampaignsPage() {
  const { say } = useLocale();
  const owner = useOwner();
  const filters = useFilters();
  const { q, state } = filters;
  const found = usePages(
    ['campaigns', q, state],
    (cursor) =>
      ask(
        v1.campaigns.$get({
          query: { limit: '50', figures: 'true', ...(state ? { state } : {}), ...(q === '' ? {} : { search: q }), ...cursor },
        }),
      ),
    { newest: ({ id }) => [id, id] },
  );
  const some = filters.any || (found.items !== undefined && found.items.length > 0);
  const create = (
    <Link to="/campaigns/new" className="button main">
      <Plus aria-hidden="true" /> {say('newCampaign')}
    </Link>
  );
  return (
    <div className="page">
      <div className="row">
        <h1>{say('campaigns')}</h1>
        {owner && some ? create : null}
      </div>
      {owner ? <AskTwoWay /> : null}
      {owner && !filters.any ? <BegunCampaigns /> : null}
      {some ? <Filters {...filters} /> : null}
      <CampaignList
        found={found}
        owner={owner}
        empty={
          filters.any
            ? { title: say('nothingFound'), hint: say('noCampaignFitsHint') }
            : { icon: Megaphone, title: say('noCampaigns'), hint: say('noCampaignsHint'), next: owner ? create : null }
        }
      />
    </div>
  );
}

function Filters({ text, write, state, choose }: ReturnType<typeof useFilters>) {
  const { say } = useLocale();
  return (
    <div className="filters" role="search">
      <Field unseen label={say('findCampaign')} placeholder={say('findCampaign')} type="search" value={text} onChange={write} />
      <Choice<State | ''>
        unseen
        label={say('state')}
        value={state ?? ''}
        onChange={choose}
        options={[{ value: '', label: say('allStates') }, ...STATES.map((value) => ({ value, label: say(value) }))]}
      />
    </div>
  );
}

type ListProps = Pick<Parameters<typeof List<Listed>>[0], 'found' | 'empty'> & { owner: boolean };

function CampaignList({ found, empty, owner }: ListProps) {
  const { say, number, money } = useLocale();
  return (
    <List
      label={say('campaigns')}
      found={found}
      keyOf={({ id }) => id}
      empty={empty}
      columns={[
        { name: say('name'), long: true, cell: CampaignLink },
        { name: say('state'), cell: (campaign) => <Standing campaign={campaign} /> },
        { name: say('route'), cell: ({ route }) => say(route) },
        { name: say('date'), cell: ({ sendAt, launchedAt, createdAt }) => whenShort(sendAt ?? launchedAt ?? createdAt) },
        { name: say('recipients'), figure: true, cell: ({ total }) => number(total) },
        { name: say('stateDelivered'), figure: true, cell: ({ figures }) => (figures ? number(figures.delivered) : null) },
        { name: say('repliesWord'), figure: true, cell: (campaign) => <Answered campaign={campaign} /> },
        {
          name: say('cost'),
          figure: true,
          shown: found.items?.some(({ cost }) => cost !== null) ?? false,
          cell: ({ cost }) => money(cost),
        },
        { name: say('action'), shown: owner, cell: (campaign) => <CampaignMenu campaign={campaign} /> },
      ]}
    />
  );
}

/** Unfinished compositions. */
function BegunCampaigns() {
  const { say } = useLocale();
  const { data } = useQuery({ queryKey: ['compositions'], queryFn: () => ask(v1.compositions.$get({ query: {} })) });
  if (!data || data.items.length === 0) return null;
  return (
    <section>
      <h2>{say('begunCampaigns')}</h2>
      <Table
        label={say('begunCampaigns')}
        rows={data.items}
        keyOf={({ id }) => id}
        columns={[
          {
            name: say('name'),
            long: true,
            cell: ({ id, name }) => (
              <Link to="/campaigns/new" search={{ draft: id }}>
                {name || say('untitled')}
              </Link>
            ),
          },
          { name: say('date'), cell: ({ updatedAt }) => whenShort(updatedAt) },
          {
            name: say('action'),
            cell: ({ id, name }) => (
              <ConfirmAct
                label={say('delete')}
                question={say('forgetDraftAsk', { name: name || say('untitled') })}
                act={() => ask(v1.compositions[':id'].$delete({ param: { id } }))}
                stale={['compositions']}
              />
            ),
          },
        ]}
      />
    </section>
  );
}
