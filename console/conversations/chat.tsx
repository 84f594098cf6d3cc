import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { MessagesSquare, Search, SquarePen, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Empty, IconAction, Problem, Skeleton } from '../ui/components.tsx';
import { VirtualRows } from '../ui/virtual-rows.tsx';
import { session } from '../people/session.ts';
import { MINUTE_MS } from '../../domain/durations.ts';
import './chat.css';
import { ChatSearchField, ChatViews } from './chat-views.tsx';
import { useConversationChange } from './conversation-change.ts';
import { ConversationMenus } from './conversation-menus.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { inboxCounts } from './inbox-counts.ts';
import { queryOf, viewOf } from './views.ts';

const ROW_PX = 68;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

export function ChatPage() {
  const { say, number } = useLocale();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { id } = useParams({ strict: false });
  const { pathname } = useLocation();
  const search = useSearch({ from: '/chat' });
  const { data: who } = useQuery(session);
  const view = viewOf(search);
  const found = usePages(
    ['conversations', search],
    async (cursor) => {
      const first = cursor.cursor === undefined ? ({ counts: 'true' } as const) : {};
      const page = await ask(v1.conversations.$get({ query: { limit: '100', ...queryOf(search), ...first, ...cursor } }));
      if (page.counts) queries.setQueryData(inboxCounts.queryKey, page.counts);
      return page;
    },
    // A snoozed conversation comes back by itself: no event tells of it.
    { everyMs: MINUTE_MS, newest: (item) => [item.lastReplyAt, item.id] },
  );
  const list = useRef<HTMLDivElement>(null);
  const items = found.items ?? [];
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const chosen = items.filter((item) => marked.has(item.id));
  const open = id !== undefined || pathname === '/chat/new';
  const counts = found.data?.counts;
  const nobody = counts?.all === 0 && items.length === 0 && !open;
  const reader = who?.user.role === 'viewer';
  const table = reader || who?.user.role === 'owner';
  const change = useConversationChange();
  const { mutate } = change;

  const at = items.findIndex((item) => item.id === id);
  useEffect(() => {
    const element = list.current;
    if (!element || at === -1) return;
    const [top, bottom] = [at * ROW_PX, (at + 1) * ROW_PX];
    if (top < element.scrollTop) element.scrollTop = top;
    if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
  }, [at]);
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target)) {
        // Out of the field, where the other keys are letters.
        if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
        return;
      }
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      const next = items[at + step];
      if (step !== 0 && next) {
        // The conversation that opens says who it is with.
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        void navigate({ to: '/chat/$id', params: { id: next.id }, search: true });
      }
      const here = items[at];
      if (event.key === 'e' && here && !reader) {
        const closed = here.state === 'closed';
        const done = say(closed ? 'done.reopened' : 'done.closed', { name: here.phone });
        mutate({ items: [here], change: () => ({ state: closed ? 'open' : 'closed' }), done });
      }
      const goal = event.key === 'r' ? '#answer textarea' : event.key === '/' ? '#find input' : null;
      const field = goal === null ? null : document.querySelector(goal);
      if (!(field instanceof HTMLElement)) return;
      event.preventDefault();
      field.focus();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [items, at, navigate, reader, mutate, say]);

  return (
    <div className={open ? 'chat open' : 'chat'}>
      <ChatViews search={search} view={view} counts={counts} table={table} />
      <section className="list" aria-label={say('conversations')}>
        {chosen.length > 0 ? (
          <div className="row bulk" role="toolbar" aria-label={say('someConversations', { n: number(chosen.length) })}>
            <IconAction icon={X} label={say('markNone')} act={() => setMarked(new Set())} />
            <strong>{number(chosen.length)}</strong>
            <ConversationMenus items={chosen} changed={() => setMarked(new Set())} />
          </div>
        ) : (
          <div className="row">
            <h1>{say('chat')}</h1>
            {reader || who?.user.role === 'agent-restricted' ? null : (
              <Link
                to="/chat/new"
                search={true}
                className="button ghost icon"
                aria-label={say('newConversation')}
                title={say('newConversation')}
              >
                <SquarePen aria-hidden="true" />
              </Link>
            )}
          </div>
        )}
        <ChatSearchField search={search} view={view} counts={counts} table={table} />
        <Problem error={found.error ?? change.error} retry={() => void found.refetch()} />
        {found.isPending ? <Skeleton rows={12} /> : null}
        {search.q !== undefined && found.items ? (
          <p className="inset hint" role="status">
            {say('resultCount', { n: `${number(items.length)}${found.more ? '+' : ''}` })}
          </p>
        ) : null}
        {found.items && items.length === 0 ? (
          nobody ? (
            <Empty icon={MessagesSquare} title={say('noConversations')} hint={say('noConversationsHint')}>
              {who?.user.role === 'owner' ? (
                <Link to="/campaigns/new" className="button main">
                  {say('newCampaign')}
                </Link>
              ) : null}
            </Empty>
          ) : (
            <Empty
              icon={search.q === undefined ? MessagesSquare : Search}
              title={say('nothingFound')}
              hint={say('nothingFoundHint')}
            />
          )
        ) : null}
        {items.length > 0 ? (
          <div
            ref={list}
            role="grid"
            aria-label={say('conversations')}
            aria-rowcount={found.more ? -1 : items.length}
            className="conversations"
          >
            <VirtualRows scroller={list} rows={items} heightPx={ROW_PX} more={found.error ? null : found.more}>
              {(item, place) => (
                <ConversationRow
                  key={item.id}
                  item={item}
                  place={place}
                  search={search.q ?? ''}
                  selected={item.id === id}
                  marked={marked.has(item.id)}
                  mark={reader ? null : () => setMarked(marked.symmetricDifference(new Set([item.id])))}
                  open={() => void navigate({ to: '/chat/$id', params: { id: item.id }, search: true })}
                />
              )}
            </VirtualRows>
          </div>
        ) : null}
      </section>
      {open ? <Outlet key={id ?? 'new'} /> : null}
      {open || nobody ? null : (
        <Empty icon={MessagesSquare} title={say('chooseConversation')} hint={say('chooseConversationHint')} />
      )}
    </div>
  );
}
