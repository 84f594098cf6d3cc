import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Answer } from './answer.tsx';
import { refusalOf, v1 } from './api.ts';
import { Entry, waits } from './entry.tsx';
import { useLocale } from './locale.tsx';
import { Action, Problem } from './parts.tsx';
import { phoneText } from './phone-text.ts';
import { session } from './session.ts';

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
  const { say } = useLocale();
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

  const error = conversation.error ?? found.error;
  if (error) return <Problem error={error} retry={() => void found.refetch()} />;
  if (!conversation.data || found.isPending) return <p>{say('loading')}</p>;
  const phone = phoneText(conversation.data.phone);
  const optedOut = entries.findLast(({ direction }) => direction === 'inbound')?.optOut === true;
  return (
    <section className="thread" aria-label={say('thread', { phone })}>
      <header>
        <Link to="/chat" className="back">
          {say('back')}
        </Link>
        <h2>{phone}</h2>
        <p>{say('via', { code: phoneText(conversation.data.replyCode) })}</p>
      </header>
      <div role="log" aria-label={say('thread', { phone })} className="entries" tabIndex={0}>
        {found.hasNextPage ? <Action onPress={() => void found.fetchNextPage()}>{say('older')}</Action> : null}
        <ol>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
        <div ref={end} />
      </div>
      {optedOut ? (
        <p role="status" className="opted-out">
          {say('optedOut')}
        </p>
      ) : null}
      {who?.user.role === 'viewer' ? null : <Answer conversationId={id} />}
    </section>
  );
}
