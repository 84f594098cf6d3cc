import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Megaphone, Plus } from 'lucide-react';
import { ask, v1 } from '../api.ts';
import { AskTwoWay } from '../accounts/ask-two-way.tsx';
import { useAct, usePages } from '../query-hooks.ts';
import './campaigns.css';
import { Standing } from './campaign-standing.tsx';
import { List, Table, whenShort } from '../ui/list.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Choice, Field } from '../ui/components.tsx';
import { session } from '../people/session.ts';
import { useAddressed } from '../ui/use-settled.ts';

const STATES = ['draft', 'ready', 'launched', 'paused', 'completed', 'cancelled'] as const;

export function CampaignsPage() {
  const { say, number } = useLocale();
  const { data: who } = useQuery(session);
  const navigate = useNavigate();
  const { q = '', state: asked } = useSearch({ from: '/campaigns' });
  const state = STATES.find((each) => each === asked);
  const show = (search: { q: string; state: string }) =>
    void navigate({
      to: '.',
      search: Object.fromEntries(Object.entries(search).filter(([, value]) => value !== '')),
      replace: true,
    });
  const [text, write] = useAddressed(q, (next) => show({ q: next, state: state ?? '' }));
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
  const filtered = q !== '' || state !== undefined;
  const owner = who?.user.role === 'owner';
  const create = (
    <Link to="/campaigns/new" className="button main">
      <Plus aria-hidden="true" /> {say('newCampaign')}
    </Link>
  );
  return (
    <div className="page">
      <div className="row">
        <h1>{say('campaigns')}</h1>
        {owner && (filtered || (found.items && found.items.length > 0)) ? create : null}
      </div>
      {owner ? <AskTwoWay /> : null}
      {owner && !filtered ? <BegunCampaigns /> : null}
      {filtered || (found.items && found.items.length > 0) ? (
        <div className="filters" role="search">
          <Field
            unseen
            label={say('findCampaign')}
            placeholder={say('findCampaign')}
            type="search"
            value={text}
            onChange={write}
          />
          <Choice
            unseen
            label={say('state')}
            value={state ?? ''}
            onChange={(next) => show({ q, state: next })}
            options={[{ value: '', label: say('allStates') }, ...STATES.map((value) => ({ value, label: say(value) }))]}
          />
        </div>
      ) : null}
      <List
        label={say('campaigns')}
        found={found}
        keyOf={({ id }) => id}
        empty={
          filtered
            ? { title: say('nothingFound'), hint: say('noCampaignFitsHint') }
            : { icon: Megaphone, title: say('noCampaigns'), hint: say('noCampaignsHint'), next: owner ? create : null }
        }
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
          { name: say('date'), cell: ({ sendAt, launchedAt, createdAt }) => whenShort(sendAt ?? launchedAt ?? createdAt) },
          { name: say('recipients'), figure: true, cell: ({ total }) => number(total) },
          { name: say('stateDelivered'), figure: true, cell: ({ figures }) => (figures ? number(figures.delivered) : null) },
          {
            name: say('repliesWord'),
            figure: true,
            cell: ({ figures, total }) => (figures ? <Rate part={figures.repliers} whole={total} /> : null),
          },
        ]}
      />
    </div>
  );
}

/** Those that somebody began to write and that are not campaigns yet. */
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
          { name: say('action'), cell: ({ id, name }) => <Forget id={id} name={name || say('untitled')} /> },
        ]}
      />
    </section>
  );
}

function Forget({ id, name }: { id: string; name: string }) {
  const { say } = useLocale();
  const forget = useAct(() => ask(v1.compositions[':id'].$delete({ param: { id } })), ['compositions']);
  return <ConfirmButton label={say('forgetDraft')} question={say('forgetDraftAsk', { name })} act={forget} />;
}

/** How many, and what part of all that is. */
function Rate({ part, whole }: { part: number; whole: number }) {
  const { number, percent } = useLocale();
  return (
    <span className="rate">
      <meter aria-hidden="true" max={Math.max(1, whole)} value={part} />
      <span>
        {number(part)} · {percent(part, whole)}
      </span>
    </span>
  );
}
