import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { MessagesSquare, Search, SquarePen, X } from 'lucide-react';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { MINUTE_MS } from '../../domain/durations.ts';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useOwner, usePages, useRole } from '../query-hooks.ts';
import { Empty, IconAction, Problem, Skeleton } from '../ui/components.tsx';
import { VirtualRows } from '../ui/tables/virtual-rows.tsx';
import { ChatSearchField, type ChatViewsProps } from './inbox/chat-views.tsx';
import type { Conversation } from './conversation-change.ts';
import { ConversationMenus } from './conversation-menus.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { inboxCounts } from './inbox/inbox-counts.ts';
import { useChatKeys } from './use-chat-keys.ts';
import { queryOf, type ChatSearch } from './inbox/views.ts';

const ROW_PX = 72;

/** The conversations of an address; their first page brings all counts. */
export function useConversations(search: ChatSearch) {
  const queries = useQueryClient();
  return usePages(
    ['conversations', search],
    async (cursor) => {
      const first = cursor.cursor === undefined ? ({ counts: 'true' } as const) : {};
      const page = await ask(v1.conversations.$get({ query: { limit: '100', ...queryOf(search), ...first, ...cursor } }));
      const { counts, views } = page;
      if (counts) queries.setQueryData(inboxCounts.queryKey, { counts, views });
      return page;
    },
    // The end of a snooze emits no event.
    { everyMs: MINUTE_MS, newest: (item) => [item.lastReplyAt, item.id] },
  );
}
type Found = ReturnType<typeof useConversations>;

function useFollowed(list: RefObject<HTMLDivElement | null>, at: number): void {
  useEffect(() => {
    const element = list.current;
    if (!element || at === -1) return;
    const [top, bottom] = [at * ROW_PX, (at + 1) * ROW_PX];
    if (top < element.scrollTop) element.scrollTop = top;
    if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
  }, [list, at]);
}

/** The conversations' column. `nobody`: the account never got a reply. */
export function ConversationList({ found, nobody, ...views }: ChatViewsProps & { found: Found; nobody: boolean }) {
  const { say, number } = useLocale();
  const { search } = views;
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const list = useRef<HTMLDivElement>(null);
  const items = found.items ?? [];
  const at = items.findIndex((item) => item.id === id);
  const reader = useRole() === 'viewer';
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  useFollowed(list, at);
  const failed = useChatKeys(items, at, reader);
  return (
    <section className="list" aria-label={say('conversations')}>
      <ListHead chosen={items.filter((item) => marked.has(item.id))} clear={() => setMarked(new Set())} />
      <ChatSearchField {...views} />
      <Problem error={found.error ?? failed} retry={() => void found.refetch()} />
      {found.isPending ? <Skeleton rows={12} /> : null}
      {search.q !== undefined && found.items ? (
        <p className="inset hint" role="status">
          {say('resultCount', { n: `${number(items.length)}${found.more ? '+' : ''}` })}
        </p>
      ) : null}
      {found.items && items.length === 0 ? <NothingHere nobody={nobody} searched={search.q !== undefined} /> : null}
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
  );
}

/** The heading, or the actions on marked conversations. */
function ListHead({ chosen, clear }: { chosen: Conversation[]; clear: () => void }) {
  const { say, number } = useLocale();
  const role = useRole();
  const writes = role === 'owner' || role === 'agent';
  if (chosen.length > 0)
    return (
      <div className="row bulk" role="toolbar" aria-label={say('someConversations', { n: number(chosen.length) })}>
        <IconAction icon={X} label={say('markNone')} act={clear} />
        <strong>{number(chosen.length)}</strong>
        <ConversationMenus items={chosen} changed={clear} />
      </div>
    );
  return (
    <div className="row">
      <h1>{say('chat')}</h1>
      {writes ? (
        <Link
          to="/chat/new"
          search={true}
          className="button ghost icon"
          aria-label={say('newConversation')}
          title={say('newConversation')}
        >
          <SquarePen aria-hidden="true" />
        </Link>
      ) : null}
    </div>
  );
}

function NothingHere({ nobody, searched }: { nobody: boolean; searched: boolean }) {
  const { say } = useLocale();
  const owner = useOwner();
  if (!nobody)
    return <Empty icon={searched ? Search : MessagesSquare} title={say('nothingFound')} hint={say('nothingFoundHint')} />;
  return (
    <Empty icon={MessagesSquare} title={say('noConversations')} hint={say('noConversationsHint')}>
      {owner ? (
        <Link to="/campaigns/new" className="button main">
          {say('newCampaign')}
        </Link>
      ) : null}
    </Empty>
  );
}
