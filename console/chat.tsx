import { useInfiniteQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { GridList, GridListItem, GridListLoadMoreItem, ListLayout, Virtualizer } from 'react-aria-components';
import { refusalOf, v1 } from './api.ts';
import { FindNumber } from './find-number.tsx';
import { useLocale } from './locale.tsx';
import { Empty, Problem } from './parts.tsx';
import { phoneText } from './phone-text.ts';

const ROW_PX = 64;

async function readPage(cursor: string | null) {
  const response = await v1.conversations.$get({ query: { limit: '100', ...(cursor === null ? {} : { cursor }) } });
  if (response.status === 200) return response.json();
  throw await refusalOf(response);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

export function ChatPage() {
  const { say, time, number } = useLocale();
  const navigate = useNavigate();
  const { id } = useParams({ strict: false });
  const first: string | null = null;
  const found = useInfiniteQuery({
    queryKey: ['conversations'],
    queryFn: ({ pageParam }: { pageParam: string | null }) => readPage(pageParam),
    initialPageParam: first,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];

  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      const next = items[items.findIndex((item) => item.id === id) + step];
      if (step !== 0 && next) void navigate({ to: '/chat/$id', params: { id: next.id } });
      const goal = event.key === 'r' ? '#answer textarea' : event.key === '/' ? '#find input' : null;
      const field = goal === null ? null : document.querySelector(goal);
      if (!(field instanceof HTMLElement)) return;
      event.preventDefault();
      field.focus();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [items, id, navigate]);

  if (found.isPending) return <p>{say('loading')}</p>;
  if (found.error) return <Problem error={found.error} retry={() => void found.refetch()} />;
  return (
    <div className={id === undefined ? 'chat' : 'chat open'}>
      <section className="list" aria-label={say('conversations')}>
        <h1>{say('chat')}</h1>
        {items.length === 0 ? (
          <Empty title={say('noConversations')} hint={say('noConversationsHint')} />
        ) : (
          <>
            <FindNumber />
            <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: ROW_PX, loaderHeight: ROW_PX }}>
              <GridList
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
                  <GridListItem key={item.id} id={item.id} textValue={phoneText(item.phone)} className="conversation">
                    <strong>{phoneText(item.phone)}</strong>
                    <time dateTime={item.lastReplyAt}>{time(item.lastReplyAt)}</time>
                    <span>{item.replies === 1 ? say('repliesCountOne') : say('repliesCount', { n: number(item.replies) })}</span>
                  </GridListItem>
                ))}
                {found.hasNextPage ? (
                  <GridListLoadMoreItem isLoading={found.isFetchingNextPage} onLoadMore={() => void found.fetchNextPage()}>
                    {say('loading')}
                  </GridListLoadMoreItem>
                ) : null}
              </GridList>
            </Virtualizer>
          </>
        )}
      </section>
      {id === undefined ? <Empty title={say('chooseConversation')} hint={say('chooseConversationHint')} /> : <Outlet key={id} />}
    </div>
  );
}
