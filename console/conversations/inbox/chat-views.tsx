import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Bookmark, ChevronDown, ListFilter, Table2 } from 'lucide-react';
import { ask, v1 } from '../../api.ts';
import { INBOX_VIEWS, type InboxView } from '../../../domain/conversations/inbox-views.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { useRole } from '../../query-hooks.ts';
import { Field } from '../../ui/components.tsx';
import { ChipChoice } from '../../ui/filters/chip-choice.tsx';
import { MenuButton } from '../../ui/menu-button.tsx';
import { useAddressed, useFilterAddress } from '../../ui/use-settled.ts';
import { SavedViews, SaveFilters, savedIn, type SavedView } from './saved-views.tsx';
import { addressOf, VIEW_ICONS, viewOf, type ChatSearch } from './views.ts';

/** `table`: whether the replies table is offered. */
export type ChatViewsProps = {
  search: ChatSearch;
  counts: Partial<Record<InboxView, number>> | undefined;
  saved: SavedView[];
  table: boolean;
};

export function ChatViews({ search, counts, saved, table }: ChatViewsProps) {
  const { say, number } = useLocale();
  const { view: _view, ...kept } = search;
  const own = savedIn(saved, search);
  return (
    <nav className="sub" aria-label={say('show')}>
      <section>
        {INBOX_VIEWS.map((each) => {
          const Icon = VIEW_ICONS[each];
          const count = counts?.[each] ?? 0;
          return (
            <Link
              key={each}
              to="."
              search={each === 'open' && search.q === undefined ? kept : { ...kept, view: each }}
              activeProps={{}}
              {...(each === viewOf(search) && !own ? { className: 'here', 'aria-current': 'true' } : {})}
            >
              <Icon aria-hidden="true" />
              <span>{say(`view.${each}`)}</span>
              {count > 0 ? <span className={each === 'unread' ? 'count' : 'count quiet'}>{number(count)}</span> : null}
            </Link>
          );
        })}
      </section>
      <SavedViews saved={saved} search={search} />
      {table ? (
        <Link to="/replies">
          <Table2 aria-hidden="true" />
          <span>{say('repliesTable')}</span>
        </Link>
      ) : null}
    </nav>
  );
}

/** Search, campaign filter and, on narrow screens, the views. */
export function ChatSearchField(props: ChatViewsProps) {
  const { say } = useLocale();
  const { search, saved } = props;
  const show = useFilterAddress();
  const [q, setQ] = useAddressed(search.q ?? '', (settled) => show({ ...search, q: settled }));
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
        <ViewsMenu {...props} />
        <CampaignMenu search={search} />
        <SaveFilters saved={saved} search={search} />
      </div>
    </div>
  );
}

function ViewsMenu({ search, counts, saved, table }: ChatViewsProps) {
  const { say, number } = useLocale();
  const navigate = useNavigate();
  const show = useFilterAddress();
  const own = savedIn(saved, search);
  const named = (text: string, count = 0): string => (count > 0 ? `${text} · ${number(count)}` : text);
  const views = INBOX_VIEWS.map((each) => ({
    text: named(say(`view.${each}`), counts?.[each]),
    icon: VIEW_ICONS[each],
    chosen: each === viewOf(search) && !own,
    act: () => show({ ...search, view: each }),
  }));
  const savedOnes = saved.map((view) => ({
    text: named(view.name, view.count),
    icon: Bookmark,
    chosen: view === own,
    act: () => show(addressOf(view.filters)),
  }));
  const replies = { text: say('repliesTable'), icon: Table2, act: () => void navigate({ to: '/replies' }) };
  return (
    <MenuButton
      named
      label={say('show')}
      className="chip views-menu"
      groups={[
        { items: views },
        ...(saved.length > 0 ? [{ name: say('savedViews'), items: savedOnes }] : []),
        ...(table ? [{ items: [replies] }] : []),
      ]}
    >
      {own?.name ?? say(`view.${viewOf(search)}`)} <ChevronDown aria-hidden="true" />
    </MenuButton>
  );
}

function CampaignMenu({ search }: { search: ChatSearch }) {
  const { say } = useLocale();
  const show = useFilterAddress();
  const agent = useRole()?.startsWith('agent');
  const { data } = useQuery({
    queryKey: ['campaign-names'],
    queryFn: () => ask(v1.campaigns.$get({ query: { limit: '100' } })),
    enabled: !agent,
  });
  if (!data || data.items.length === 0) return null;
  return (
    <ChipChoice
      label={say('campaign')}
      value={search.campaign ?? ''}
      none=""
      icon={ListFilter}
      onChange={(id) => show({ ...search, campaign: id })}
      options={[{ value: '', label: say('allCampaigns') }, ...data.items.map(({ id, name }) => ({ value: id, label: name }))]}
    />
  );
}
