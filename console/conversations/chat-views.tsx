import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ChevronDown, ListFilter, Table2 } from 'lucide-react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { session } from '../people/session.ts';
import { Field } from '../ui/components.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { useAddressed } from '../ui/use-settled.ts';
import { VIEW_ICONS, VIEWS, type ChatSearch, type View } from './views.ts';

type FieldProps = { search: ChatSearch; view: View; counts: Partial<Record<View, number>> | undefined; table: boolean };

/** The views of the chat, with how much each holds; `table`: the replies as a table are one of them. */
export function ChatViews({ search, view, counts, table }: FieldProps) {
  const { say, number } = useLocale();
  const { view: _view, ...kept } = search;
  return (
    <nav className="sub" aria-label={say('show')}>
      <section>
        {VIEWS.map((each) => {
          const Icon = VIEW_ICONS[each];
          const count = counts?.[each] ?? 0;
          return (
            <Link
              key={each}
              to="."
              search={each === 'open' && search.q === undefined ? kept : { ...kept, view: each }}
              activeProps={{}}
              {...(each === view ? { className: 'here', 'aria-current': 'true' } : {})}
            >
              <Icon aria-hidden="true" />
              <span>{say(`view.${each}`)}</span>
              {count > 0 ? <span className={each === 'unread' ? 'count' : 'count quiet'}>{number(count)}</span> : null}
            </Link>
          );
        })}
      </section>
      {table ? (
        <Link to="/replies">
          <Table2 aria-hidden="true" />
          <span>{say('replies')}</span>
        </Link>
      ) : null}
    </nav>
  );
}

/** The search and the campaign that are looked at; where there is no room for the views beside, these too. */
export function ChatSearchField({ search, view, counts, table }: FieldProps) {
  const { say, number } = useLocale();
  const navigate = useNavigate();
  const { data: who } = useQuery(session);
  const campaigns = useQuery({
    queryKey: ['campaign-names'],
    queryFn: () => ask(v1.campaigns.$get({ query: { limit: '100' } })),
    // An agent sees no campaigns.
    enabled: !who?.user.role.startsWith('agent'),
  });
  const show = (next: ChatSearch) =>
    void navigate({ to: '.', search: Object.fromEntries(Object.entries(next).filter(([, value]) => value)), replace: true });
  const [q, setQ] = useAddressed(search.q ?? '', (settled) => show({ ...search, q: settled }));
  const chosen = campaigns.data?.items.find(({ id }) => id === search.campaign);
  return (
    <div id="find">
      <Field
        unseen
        label={say('findConversation')}
        placeholder={say('findConversationHint')}
        type="search"
        value={q}
        onChange={setQ}
      />
      <div className="chips">
        <MenuButton
          named
          label={say('show')}
          className="chip views-menu"
          groups={[
            {
              items: VIEWS.map((each) => ({
                text: `${say(`view.${each}`)}${counts?.[each] ? ` · ${number(counts[each])}` : ''}`,
                icon: VIEW_ICONS[each],
                chosen: each === view,
                act: () => show({ ...search, view: each }),
              })),
            },
            ...(table ? [{ items: [{ text: say('replies'), icon: Table2, act: () => void navigate({ to: '/replies' }) }] }] : []),
          ]}
        >
          {say(`view.${view}`)} <ChevronDown aria-hidden="true" />
        </MenuButton>
        {campaigns.data && campaigns.data.items.length > 0 ? (
          <MenuButton
            named
            label={say('campaign')}
            className={chosen ? 'chip here' : 'chip'}
            groups={[
              {
                items: [
                  {
                    text: say('allCampaigns'),
                    chosen: search.campaign === undefined,
                    act: () => show({ ...search, campaign: '' }),
                  },
                  ...campaigns.data.items.map(({ id, name }) => ({
                    text: name,
                    chosen: id === search.campaign,
                    act: () => show({ ...search, campaign: id }),
                  })),
                ],
              },
            ]}
          >
            <ListFilter aria-hidden="true" /> <span>{chosen?.name ?? say('allCampaigns')}</span>
          </MenuButton>
        ) : null}
      </div>
    </div>
  );
}
