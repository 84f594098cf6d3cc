import { useQuery } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { useState, useSyncExternalStore } from 'react';
import { Form } from 'react-aria-components';
import { ask, v1 } from '../api.ts';
import { useAct, usePages } from '../query-hooks.ts';
import { when } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Choice, Field, Problem } from '../ui/components.tsx';
import { session } from '../people/session.ts';
import { HOUR_MS } from '../../domain/durations.ts';

export type Conversation = InferResponseType<(typeof v1.conversations)[':id']['$get'], 200>;
type Change = {
  state?: Conversation['state'];
  snoozedUntil?: string;
  assignee?: string | null;
  tags?: string[];
  flagged?: boolean;
};

/** Nine o'clock of the reader's day in so many days. */
function morningIn(days: number): Date {
  const morning = new Date();
  morning.setDate(morning.getDate() + days);
  morning.setHours(9, 0, 0, 0);
  return morning;
}
const SNOOZES = [
  ['snooze.hour', () => new Date(Date.now() + HOUR_MS)],
  ['snooze.tomorrow', () => morningIn(1)],
  ['snooze.week', () => morningIn(7)],
] as const;

/** Whether it stands beside the messages; else it would cover them. */
const BESIDE = window.matchMedia('(min-width: 1101px)');
const useBeside = (): boolean =>
  useSyncExternalStore(
    (changed) => {
      BESIDE.addEventListener('change', changed);
      return () => BESIDE.removeEventListener('change', changed);
    },
    () => BESIDE.matches,
  );

/** What several people know and decide of one conversation. None of it is sent. */
export function AboutConversation({ conversation }: { conversation: Conversation }) {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  const { id, assignee, tags, flagged, state } = conversation;
  const may = who?.user.role !== 'viewer';
  const me = who?.user.email ?? '';
  // An agent takes a conversation, or leaves it; who the others are is for owners.
  const listed = who?.user.role === 'owner';
  const users = useQuery({ queryKey: ['users'], queryFn: () => ask(v1.users.$get()), enabled: listed });
  const change = useAct((json: Change) => ask(v1.conversations[':id'].$patch({ param: { id }, json })), ['thread', id, 'head']);
  const others = users.data?.items.filter(({ role }) => role !== 'viewer').map(({ email }) => email) ?? [];
  const people = [...new Set([me, ...others, ...(assignee === null ? [] : [assignee])])];
  return (
    <details className="about" open={useBeside()}>
      <summary>{say('about')}</summary>
      <Problem error={change.error} />
      {may ? (
        <>
          <Choice
            label={say('assignee')}
            value={assignee ?? ''}
            onChange={(email) => change.mutate({ assignee: email === '' ? null : email })}
            options={[{ value: '', label: say('nobody') }, ...people.map((email) => ({ value: email, label: email }))]}
          />
          <div className="row start">
            <Action onPress={() => change.mutate({ flagged: !flagged })}>{say(flagged ? 'unflag' : 'flag')}</Action>
            {state === 'open' ? (
              <Action onPress={() => change.mutate({ state: 'closed' })}>{say('closeIt')}</Action>
            ) : (
              <Action onPress={() => change.mutate({ state: 'open' })}>{say('reopen')}</Action>
            )}
            {state === 'blocked' ? null : (
              <Action kind="danger" onPress={() => change.mutate({ state: 'blocked' })}>
                {say('block')}
              </Action>
            )}
          </div>
          <div role="group" aria-label={say('snooze')} className="row start">
            <span className="label">{say('snooze')}</span>
            {SNOOZES.map(([word, until]) => (
              <Action key={word} onPress={() => change.mutate({ state: 'snoozed', snoozedUntil: until().toISOString() })}>
                {say(word)}
              </Action>
            ))}
          </div>
          <Tags key={tags.join()} tags={tags} change={(next) => change.mutate({ tags: next })} />
        </>
      ) : null}
      <Notes id={id} may={may} />
    </details>
  );
}

function Tags({ tags, change }: { tags: string[]; change: (tags: string[]) => void }) {
  const { say } = useLocale();
  const [text, setText] = useState(tags.join(', '));
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        change(text.split(',').flatMap((tag) => (tag.trim() === '' ? [] : [tag.trim()])));
      }}
    >
      <Field label={say('tags')} hint={say('tagsHint')} value={text} onChange={setText} />
      {text === tags.join(', ') ? null : <Action type="submit">{say('save')}</Action>}
    </Form>
  );
}

function Notes({ id, may }: { id: string; may: boolean }) {
  const { say } = useLocale();
  const [text, setText] = useState('');
  const found = usePages(['thread', id, 'notes'], (cursor) =>
    ask(v1.conversations[':id'].notes.$get({ param: { id }, query: { limit: '20', ...cursor } })),
  );
  const add = useAct(
    () => ask(v1.conversations[':id'].notes.$post({ param: { id }, json: { text } })),
    ['thread', id, 'notes'],
    () => setText(''),
  );
  return (
    <section aria-label={say('notes')}>
      <h2>{say('notes')}</h2>
      {may ? (
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <Field label={say('newNote')} hint={say('newNoteHint')} rows={2} value={text} onChange={setText} />
          <Problem error={add.error} />
          {text.trim() === '' ? null : (
            <Action type="submit" isDisabled={add.isPending}>
              {say('addNote')}
            </Action>
          )}
        </Form>
      ) : null}
      <ul className="bare">
        {found.items?.map((note) => (
          <li key={note.id} className="note">
            <p className="meta">
              {note.author} · {when(note.createdAt)}
            </p>
            <p dir="auto">{note.text}</p>
          </li>
        ))}
      </ul>
      {found.more ? <Action onPress={found.more}>{say('more')}</Action> : null}
    </section>
  );
}
