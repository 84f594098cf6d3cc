import { Fragment, useEffect, useRef, type RefObject } from 'react';
import type { InferResponseType } from 'hono/client';
import type { v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action } from '../ui/components.tsx';
import { Entry, type Shown } from './thread-entry.tsx';

type Note = InferResponseType<(typeof v1.conversations)[':id']['notes']['$get'], 200>['items'][number];
type Said = { at: string; entry: Shown; note?: never } | { at: string; note: Note; entry?: never };

type Props = { label: string; entries: Shown[]; notes: Note[]; search: string; older: (() => unknown) | null };

/** The messages day by day, with the team's notes in between. */
export function ThreadLog({ label, entries, notes, search, older }: Props) {
  const { say, day, hour, time } = useLocale();
  const from = older === null ? '' : (entries[0]?.at ?? '');
  const all: Said[] = [
    ...entries.map((entry) => ({ at: entry.at, entry })),
    // Notes that are older than what is read come with it.
    ...notes.filter(({ createdAt }) => createdAt >= from).map((note) => ({ at: note.createdAt, note })),
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
          {all.map(({ at, entry, note }, index) => {
            const name = day(at);
            return (
              <Fragment key={entry?.id ?? note?.id}>
                {index > 0 && day(all[index - 1]?.at ?? '') === name ? null : (
                  <li className="day-name">
                    <span>{name}</span>
                  </li>
                )}
                {entry ? (
                  <Entry entry={entry} search={search} />
                ) : (
                  <li className="note">
                    <p dir="auto">{note.text}</p>
                    <span className="meta">
                      {say('noteBy', { who: note.author })}{' '}
                      <time dateTime={at} title={time(at)}>
                        {hour(at)}
                      </time>
                    </span>
                  </li>
                )}
              </Fragment>
            );
          })}
        </ol>
        <div ref={end} />
      </div>
    </div>
  );
}

/** Who comes from a search sees the newest hit, not the end. */
function useShownHit(log: RefObject<HTMLDivElement | null>, search: string, there: boolean): void {
  useEffect(() => {
    if (there && search !== '')
      [...(log.current?.querySelectorAll('.bubble mark') ?? [])].at(-1)?.scrollIntoView({ block: 'center' });
  }, [log, search, there]);
}
