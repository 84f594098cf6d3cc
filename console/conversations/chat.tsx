import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { GridList, GridListItem, GridListLoadMoreItem, ListLayout, Virtualizer } from 'react-aria-components';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { ChatFilterFields, NO_FILTERS, queryOf } from './chat-filters.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Badge, Empty, Problem } from '../ui/components.tsx';
import { nameOf } from '../ui/phone-text.ts';
import { session } from '../people/session.ts';
import { MINUTE_MS } from '../../domain/durations.ts';

const ROW_PX = 84;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

export function ChatPage() {
  const { say, time, shortTime, number } = useLocale();
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const { pathname } = useLocation();
  const { data: who } = useQuery(session);
  const [filters, setFilters] = useState(NO_FILTERS);
  const found = usePages(
    ['conversations', filters],
    (cursor) => ask(v1.conversations.$get({ query: { limit: '100', ...queryOf(filters), ...cursor } })),
    // What was snoozed comes back by itself: nothing tells of it.
    MINUTE_MS,
  );
  const list = useRef<HTMLDivElement>(null);
  const items = found.items ?? [];
  const filtered = filters !== NO_FILTERS && JSON.stringify(filters) !== JSON.stringify(NO_FILTERS);
  const open = id !== undefined || pathname === '/chat/new';
  const nobody = !filtered && found.items?.length === 0;

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
      const next = items[items.findIndex((item) => item.id === id) + step];
      if (step !== 0 && next) {
        // The conversation that opens says who it is with.
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        void navigate({ to: '/chat/$id', params: { id: next.id } });
      }
      const goal = event.key === 'r' ? '#answer textarea' : event.key === '/' ? '#find input' : null;
      const field = goal === null ? null : document.querySelector(goal);
      if (!(field instanceof HTMLElement)) return;
      event.preventDefault();
      field.focus();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [items, id, navigate]);

  /** What a screen reader says of one in the list: a row that has a name is read by it, and by nothing in it. */
  const saidOf = (item: (typeof items)[number]): string =>
    [
      nameOf(item),
      item.unread > 0 ? say('unreadCount', { n: number(item.unread) }) : '',
      item.flagged ? say('flagged') : '',
      item.optedOut ? say('stop') : '',
      item.state === 'open' ? '' : say(`chat.${item.state}`),
      item.answeringBy ? say('writing') : '',
      ...item.tags,
      item.lastText ?? say('noReplyYet'),
      time(item.lastReplyAt),
    ]
      .filter((part) => part !== '')
      .join(', ');

  return (
    <div className={open ? 'chat open' : nobody ? 'chat none' : 'chat'}>
      <section className="list" aria-label={say('conversations')}>
        <div className="row">
          <h1>{say('chat')}</h1>
          {who?.user.role === 'viewer' || who?.user.role === 'agent-restricted' ? null : (
            <Link to="/chat/new" className="button plain">
              {say('newConversation')}
            </Link>
          )}
        </div>
        {items.length > 0 || filtered ? <ChatFilterFields filters={filters} change={setFilters} /> : null}
        <Problem error={found.error} retry={() => void found.refetch()} />
        {found.isPending ? <p className="inset">{say('loading')}</p> : null}
        {found.items && items.length === 0 ? (
          filtered ? (
            <Empty title={say('nothingFound')} hint={say('nothingFoundHint')} />
          ) : (
            <Empty title={say('noConversations')} hint={say('noConversationsHint')}>
              {who?.user.role === 'owner' ? (
                <Link to="/campaigns/new" className="button main">
                  {say('newCampaign')}
                </Link>
              ) : null}
            </Empty>
          )
        ) : null}
        {items.length > 0 ? (
          <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: ROW_PX, loaderHeight: ROW_PX }}>
            <GridList
              ref={list}
              disallowTypeAhead
              aria-label={say('conversations')}
              className="conversations"
              selectionMode="single"
              selectionBehavior="replace"
              selectedKeys={id === undefined ? [] : [id]}
              onAction={(key) => void navigate({ to: '/chat/$id', params: { id: String(key) } })}
              onSelectionChange={(keys) => {
                const [key] = keys === 'all' ? [] : keys;
                if (key !== undefined) void navigate({ to: '/chat/$id', params: { id: String(key) } });
              }}
            >
              {items.map((item) => (
                <GridListItem
                  key={item.id}
                  id={item.id}
                  textValue={nameOf(item)}
                  aria-label={saidOf(item)}
                  className="conversation"
                >
                  <strong title={nameOf(item)}>{nameOf(item)}</strong>
                  <time dateTime={item.lastReplyAt}>{shortTime(item.lastReplyAt)}</time>
                  <span className="excerpt" dir="auto">
                    {item.lastText ?? say('noReplyYet')}
                  </span>
                  <span className="marks">
                    {item.unread > 0 ? <Badge tone="good">{say('unreadCount', { n: number(item.unread) })}</Badge> : null}
                    {item.flagged ? <Badge>{say('flagged')}</Badge> : null}
                    {item.optedOut ? <Badge tone="bad">{say('stop')}</Badge> : null}
                    {item.state === 'open' ? null : <Badge>{say(`chat.${item.state}`)}</Badge>}
                    {item.answeringBy ? <Badge>{say('writing')}</Badge> : null}
                    {item.tags.map((tag) => (
                      <Badge key={tag}>{tag}</Badge>
                    ))}
                  </span>
                </GridListItem>
              ))}
              {found.more ? (
                <GridListLoadMoreItem isLoading={found.isFetchingNextPage} onLoadMore={found.more}>
                  {say('loading')}
                </GridListLoadMoreItem>
              ) : null}
            </GridList>
          </Virtualizer>
        ) : null}
      </section>
      {open ? <Outlet key={id ?? 'new'} /> : null}
      {open || nobody ? null : <Empty title={say('chooseConversation')} hint={say('chooseConversationHint')} />}
    </div>
  );
}
