import { Fragment, useEffect, useRef, type ReactNode, type RefObject } from 'react';
import type { InferResponseType } from 'hono/client';
import type { v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action } from '../ui/components.tsx';
import type { Conversation } from './conversation-change.ts';
import { Entry, type Shown } from './thread-entry.tsx';

type Note = InferResponseType<(typeof v1.conversations)[':id']['notes']['$get'], 200>['items'][number];
type Closing = Conversation['closings'][number];
type Said = { at: string; key: string; shown: ReactNode };

type Props = {
  label: string;
  entries: Shown[];
  notes: Note[];
  closings: Closing[];
  search: string;
  older: (() => unknown) | null;
};

/** DOM id of a closing. */
export const closingId = (at: string): string => `closed-${at}`;

/** Messages by day, with notes and closings in between. */
export function ThreadLog({ label, entries, notes, closings, search, older }: Props) {
  const { say, day } = useLocale();
  const from = older === null ? '' : (entries[0]?.at ?? '');
  const all: Said[] = [
    ...entries.map((entry) => ({ at: entry.at, key: entry.id, shown: <Entry entry={entry} search={search} /> })),
    // Older ones appear with the messages of their time.
    ...notes
      .filter(({ createdAt }) => createdAt >= from)
      .map((note) => ({ at: note.createdAt, key: note.id, shown: <NoteEntry note={note} /> })),
    ...closings.filter(({ at }) => at >= from).map((each) => ({ at: each.at, key: each.at, shown: <Closed {...each} /> })),
  ].toSorted((one, other) => one.at.localeCompare(other.at));
  const end = useRef<HTMLDivElement>(null);
  const log = useRef<HTMLDivElement>(null);
  const newest = all.at(-1)?.at;
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [newest]);
  useShownHit(log, search, entries.length > 0);
  return (
    <div ref={log} role="log" aria-label={label} className="entries" tabIndex={0}>
      <div>
        {older ? <Action onPress={() => void older()}>{say('older')}</Action> : null}
        <ol>
          {all.map(({ at, key, shown }, index) => {
            const name = day(at);
            return (
              <Fragment key={key}>
                {index > 0 && day(all[index - 1]?.at ?? '') === name ? null : (
                  <li className="day-name">
                    <span>{name}</span>
                  </li>
                )}
                {shown}
              </Fragment>
            );
          })}
        </ol>
        <div ref={end} />
      </div>
    </div>
  );
}

function At({ at }: { at: string }) {
  const { hour, time } = useLocale();
  return (
    <time dateTime={at} title={time(at)}>
      {hour(at)}
    </time>
  );
}

function NoteEntry({ note: { text, author, mentions, createdAt } }: { note: Note }) {
  const { say } = useLocale();
  const names = new Set(mentions.map((email) => `@${email}`));
  return (
    <li className="note">
      <p dir="auto">
        {text.split(/(@[^\s@]+@[^\s@]*[^\s@.,;:!?)])/g).map((part, index) =>
          // The parts never change places.
          names.has(part.toLowerCase()) ? <strong key={index}>{part}</strong> : part,
        )}
      </p>
      <span className="meta">
        {say('noteBy', { who: author })} <At at={createdAt} />
      </span>
    </li>
  );
}

function Closed({ at, by }: Closing) {
  const { say } = useLocale();
  return (
    <li className="closed" id={closingId(at)}>
      {say('closedBy', { who: by })} · <At at={at} />
    </li>
  );
}

/** Scrolls to the newest hit after a search. */
function useShownHit(log: RefObject<HTMLDivElement | null>, search: string, there: boolean): void {
  useEffect(() => {
    if (there && search !== '')
      [...(log.current?.querySelectorAll('.bubble mark') ?? [])].at(-1)?.scrollIntoView({ block: 'center' });
  }, [log, search, there]);
}
