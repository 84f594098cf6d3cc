import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { AboutConversation } from './about-conversation.tsx';
import { Answer } from './reply-box.tsx';
import { ask, refusalOf, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { Entry, waits } from './thread-entry.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Problem } from '../ui/components.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';
import { session } from '../people/session.ts';

/** A receipt is no event of its own: while one is waited for, it is looked for. */
const RECEIPTS_MS = 1500;

async function readConversation(id: string) {
  const response = await v1.conversations[':id'].$get({ param: { id } });
  if (response.status === 200) return response.json();
  throw await refusalOf(response);
}

async function readEntries(id: string, cursor: string | null) {
  const query = { order: 'newest', limit: '100', ...(cursor === null ? {} : { cursor }) } as const;
  const response = await v1.conversations[':id'].messages.$get({ param: { id }, query });
  if (response.status === 200) return response.json();
  throw await refusalOf(response);
}

export function ThreadPage() {
  const { say, time } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const { data: who } = useQuery(session);
  const conversation = useQuery({ queryKey: ['thread', id, 'head'], queryFn: () => readConversation(id) });
  const first: string | null = null;
  const found = useInfiniteQuery({
    queryKey: ['thread', id],
    queryFn: ({ pageParam }: { pageParam: string | null }) => readEntries(id, pageParam),
    initialPageParam: first,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.items.some(waits) ? RECEIPTS_MS : false),
  });
  const entries = found.data?.pages.flatMap((page) => page.items).toReversed() ?? [];
  const end = useRef<HTMLDivElement>(null);
  const newest = entries.at(-1)?.id;
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [newest]);

  const read = useAct(() => ask(v1.conversations[':id'].read.$post({ param: { id } })), ['conversations']);
  const { mutate: markRead } = read;
  const unread = conversation.data?.unread ?? 0;
  const reader = who !== undefined && who !== null && who.user.role !== 'viewer';
  useEffect(() => {
    if (unread > 0 && reader) markRead();
  }, [unread, reader, markRead]);

  const heading = useRef<HTMLHeadingElement>(null);
  const shown = conversation.data !== undefined && found.data !== undefined;
  useEffect(() => {
    // Whoever came by a key is told where they are.
    if (shown && document.activeElement === document.body) heading.current?.focus();
  }, [shown]);

  const error = conversation.error ?? found.error;
  const problem = <Problem error={error} retry={() => void Promise.all([conversation.refetch(), found.refetch()])} />;
  // What is there stays, with the answer that was begun, when it can't be read anew for once.
  if (!conversation.data || !found.data) return error ? problem : <p>{say('loading')}</p>;
  const head = conversation.data;
  const phone = phoneText(head.phone);
  const other = head.answeringBy !== null && head.answeringBy !== who?.user.email ? head.answeringBy : null;
  return (
    <section className="thread" aria-label={say('thread', { phone })}>
      <header>
        <Link to="/chat" className="back">
          <span className="sign" aria-hidden="true">
            ‹
          </span>
          <span className="words">{say('back')}</span>
        </Link>
        <h1 ref={heading} tabIndex={-1} title={nameOf(head)}>
          {nameOf(head)}
        </h1>
        <p>
          {nameOf(head) === phone ? '' : `${phone} · `}
          {say('via', { code: phoneText(head.replyCode) })}
        </p>
        <p className="marks">
          {head.state === 'open' ? null : (
            <Badge>
              {head.snoozedUntil === null ? say(`chat.${head.state}`) : say('snoozedUntil', { time: time(head.snoozedUntil) })}
            </Badge>
          )}
          {head.flagged ? <Badge>{say('flagged')}</Badge> : null}
          {head.assignee ? <Badge tone="good">{head.assignee}</Badge> : null}
          {head.tags.map((tag) => (
            <span key={tag} className="tag">
              <Badge>{tag}</Badge>
            </span>
          ))}
        </p>
      </header>
      {problem}
      <AboutConversation conversation={head} />
      <div role="log" aria-label={say('thread', { phone })} className="entries" tabIndex={0}>
        <div>
          {found.hasNextPage ? <Action onPress={() => void found.fetchNextPage()}>{say('older')}</Action> : null}
          <ol>
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ol>
          <div ref={end} />
        </div>
      </div>
      {head.optedOut ? (
        <p role="status" className="opted-out">
          {say('optedOut')}
        </p>
      ) : null}
      {other === null ? null : (
        <p role="status" className="opted-out">
          {say('someoneWrites', { who: other })}
        </p>
      )}
      {reader ? <Answer conversation={head} /> : null}
    </section>
  );
}
