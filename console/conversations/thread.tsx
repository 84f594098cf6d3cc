import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { AboutConversation } from './about-conversation.tsx';
import { ConversationMenus } from './conversation-menus.tsx';
import { Answer } from './reply-box.tsx';
import { ask, v1 } from '../api.ts';
import { useAct, usePages } from '../query-hooks.ts';
import { waits } from './thread-entry.tsx';
import { ThreadLog } from './thread-log.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Problem, Skeleton } from '../ui/components.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';
import { session } from '../people/session.ts';

/** A receipt is no event of its own: while one is waited for, it is looked for. */
const RECEIPTS_MS = 1500;
/** Whether there is room beside the messages; else what is known of the person covers them, once it is asked for. */
const ROOM = window.matchMedia('(min-width: 1240px) and (min-height: 601px)');
const useRoom = (): boolean =>
  useSyncExternalStore(
    (changed) => {
      ROOM.addEventListener('change', changed);
      return () => ROOM.removeEventListener('change', changed);
    },
    () => ROOM.matches,
  );

export function ThreadPage() {
  const { say } = useLocale();
  const { id = '' } = useParams({ strict: false });
  const { q = '' } = useSearch({ from: '/chat' });
  const { data: who } = useQuery(session);
  const one = v1.conversations[':id'];
  const conversation = useQuery({ queryKey: ['thread', id, 'head'], queryFn: () => ask(one.$get({ param: { id } })) });
  const [waiting, setWaiting] = useState(false);
  const found = usePages(
    ['thread', id],
    (cursor) => ask(one.messages.$get({ param: { id }, query: { order: 'newest', limit: '100', ...cursor } })),
    { newest: (entry) => [entry.at, entry.id], ...(waiting ? { everyMs: RECEIPTS_MS } : {}) },
  );
  const notes = usePages(['thread', id, 'notes'], (cursor) =>
    ask(one.notes.$get({ param: { id }, query: { limit: '100', ...cursor } })),
  );
  const soon = found.items?.slice(0, 100).some(waits) ?? false;
  useEffect(() => setWaiting(soon), [soon]);

  const read = useAct(() => ask(one.read.$post({ param: { id } })), ['conversations']);
  const { mutate: markRead } = read;
  const unread = conversation.data?.unread ?? 0;
  const reader = who !== undefined && who !== null && who.user.role !== 'viewer';
  useEffect(() => {
    if (unread > 0 && reader) markRead();
  }, [unread, reader, markRead]);

  const heading = useRef<HTMLHeadingElement>(null);
  const shown = conversation.data !== undefined && found.items !== undefined;
  useEffect(() => {
    // Whoever came by a key is told where they are.
    if (shown && document.activeElement === document.body) heading.current?.focus();
  }, [shown]);
  const room = useRoom();
  const [chosen, choose] = useState<boolean | null>(null);
  useEffect(() => choose(null), [room]);
  const about = chosen ?? room;

  const error = conversation.error ?? found.error;
  const problem = <Problem error={error} retry={() => void Promise.all([conversation.refetch(), found.refetch()])} />;
  // A failed refresh keeps the thread, with the answer that was begun.
  if (!conversation.data || !found.items) return <div className="thread">{error ? problem : <Skeleton rows={8} />}</div>;
  const head = conversation.data;
  const phone = phoneText(head.phone);
  const name = nameOf(head);
  const other = head.answeringBy !== null && head.answeringBy !== who?.user.email ? head.answeringBy : null;
  const entries = found.items.toReversed();
  return (
    <section className={about ? 'thread with' : 'thread'} aria-label={say('thread', { phone })}>
      <header>
        <Link to="/chat" search={true} className="back" aria-label={say('back')}>
          <ChevronLeft aria-hidden="true" />
        </Link>
        <Avatar name={name} />
        <div>
          <h1 ref={heading} tabIndex={-1} title={name}>
            {name}
          </h1>
          <p>
            {name === phone ? '' : `${phone} · `}
            {say('via', { code: phoneText(head.replyCode) })}
          </p>
        </div>
        {reader ? <ConversationMenus items={[head]} about={() => choose(!about)} /> : null}
      </header>
      {problem}
      <ThreadLog label={say('thread', { phone })} entries={entries} notes={notes.items ?? []} search={q} older={found.more} />
      {about ? <AboutConversation conversation={head} entries={entries} close={() => choose(false)} /> : null}
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
