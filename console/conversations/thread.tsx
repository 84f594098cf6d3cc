import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode, type Ref } from 'react';
import { AboutConversation } from './about-conversation.tsx';
import type { Conversation } from './conversation-change.ts';
import { ConversationMenus } from './conversation-menus.tsx';
import { Answer } from './reply-box.tsx';
import { ask, v1 } from '../api.ts';
import { useAct, usePages, useRole } from '../query-hooks.ts';
import { waits, type Shown } from './thread-entry.tsx';
import { ThreadLog } from './thread-log.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Problem, Skeleton } from '../ui/components.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';
import { session } from '../people/session.ts';

/** Receipts emit no event: awaited ones are polled. */
const RECEIPTS_MS = 1500;
/** Room for the contact's card beside the messages; else it covers them. */
const ROOM = window.matchMedia('(min-width: 1240px) and (min-height: 601px)');
const useRoom = (): boolean =>
  useSyncExternalStore(
    (changed) => {
      ROOM.addEventListener('change', changed);
      return () => ROOM.removeEventListener('change', changed);
    },
    () => ROOM.matches,
  );

const one = v1.conversations[':id'];

function useThread(id: string) {
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
  return {
    head: conversation.data,
    entries: found.items?.toReversed(),
    older: found.more,
    notes: notes.items ?? [],
    error: conversation.error ?? found.error,
    retry: () => void Promise.all([conversation.refetch(), found.refetch()]),
  };
}

/** Marks the conversation read while it is shown. */
function useRead(id: string, unread: number): void {
  const { mutate } = useAct(() => ask(one.read.$post({ param: { id } })), ['conversations']);
  useEffect(() => {
    if (unread > 0) mutate();
  }, [unread, mutate]);
}

/** Whether the contact's card is open: by default where there is room. */
function useAbout(): [boolean, (shown: boolean) => void] {
  const room = useRoom();
  const [chosen, choose] = useState<boolean | null>(null);
  useEffect(() => choose(null), [room]);
  return [chosen ?? room, choose];
}

export function ThreadPage() {
  const { id = '' } = useParams({ strict: false });
  const thread = useThread(id);
  const problem = <Problem error={thread.error} retry={thread.retry} />;
  // A failed refresh keeps the thread and the answer being written.
  if (thread.head && thread.entries) return <Thread {...thread} head={thread.head} entries={thread.entries} problem={problem} />;
  return <div className="thread">{thread.error ? problem : <Skeleton rows={8} />}</div>;
}

type ThreadProps = Pick<ReturnType<typeof useThread>, 'older' | 'notes'> & {
  head: Conversation;
  entries: Shown[];
  problem: ReactNode;
};

function Thread({ head, entries, older, notes, problem }: ThreadProps) {
  const { say } = useLocale();
  const { q = '' } = useSearch({ from: '/chat' });
  const { data: who } = useQuery(session);
  const writes = useRole() !== 'viewer';
  useRead(head.id, writes ? head.unread : 0);
  const [about, setAbout] = useAbout();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // After keyboard navigation a screen reader announces the heading.
    if (document.activeElement === document.body) heading.current?.focus();
  }, []);
  const label = say('thread', { phone: phoneText(head.phone) });
  const other = head.answeringBy === who?.user.email ? null : head.answeringBy;
  return (
    <section className={about ? 'thread with' : 'thread'} aria-label={label}>
      <ThreadHead head={head} heading={heading} {...(writes ? { about: () => setAbout(!about) } : {})} />
      {problem}
      <ThreadLog label={label} entries={entries} notes={notes} closings={head.closings} search={q} older={older} />
      {about ? (
        <AboutConversation
          conversation={head}
          entries={entries}
          authors={notes.map(({ author }) => author)}
          close={() => setAbout(false)}
        />
      ) : null}
      {head.optedOut ? <Said text={say('optedOut')} /> : null}
      {other === null ? null : <Said text={say('someoneWrites', { who: other })} />}
      {writes ? <Answer conversation={head} /> : null}
    </section>
  );
}

const Said = ({ text }: { text: string }) => (
  <p role="status" className="opted-out">
    {text}
  </p>
);

/** Contact and actions. `about`: opens the contact's card; only for those who may edit. */
function ThreadHead({ head, heading, about }: { head: Conversation; heading: Ref<HTMLHeadingElement>; about?: () => void }) {
  const { say } = useLocale();
  const phone = phoneText(head.phone);
  const name = nameOf(head);
  return (
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
      {about ? <ConversationMenus items={[head]} about={about} /> : null}
    </header>
  );
}
