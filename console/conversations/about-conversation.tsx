import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { AtSign, Check, Pencil, Plus, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { Facts } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Badge, Copy, Field, IconAction, insertAtCaret, Problem, SubmitForm } from '../ui/components.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';
import { session } from '../people/session.ts';
import { useConversationChange, type Conversation } from './conversation-change.ts';
import type { Shown } from './thread-entry.tsx';
import { closingId } from './thread-log.tsx';
import { usePeople } from './use-people.ts';

/** `authors` of notes, API keys included. */
type Props = { conversation: Conversation; entries: Shown[]; authors: string[]; close: () => void };

/** The contact's card: details, tags, campaigns, notes. Nothing here is sent. */
export function AboutConversation({ conversation, entries, authors, close }: Props) {
  const { say, number, time, shortTime } = useLocale();
  const { data: who } = useQuery(session);
  const { id, phone, replyCode, replies, answers, optedOut, createdAt, assignee, state, flagged } = conversation;
  const { snoozedUntil, closings } = conversation;
  const may = who?.user.role !== 'viewer';
  const campaigns = new Map(
    entries.flatMap(({ direction, campaignId, campaignName, at }) =>
      direction === 'outbound' && campaignId !== null && campaignName !== null
        ? [[campaignId, { name: campaignName, at }] as const]
        : [],
    ),
  );
  return (
    <aside className="about" aria-label={say('about')}>
      <div className="row">
        <h2>{say('about')}</h2>
        <IconAction icon={X} label={say('dismiss')} act={close} />
      </div>
      <Person key={id} conversation={conversation} owner={who?.user.role === 'owner'} />
      <p className="marks">
        {state === 'open' ? null : (
          <Badge tone={state === 'snoozed' ? 'wait' : 'plain'}>
            {snoozedUntil === null ? say(`chat.${state}`) : say('snoozedUntil', { time: time(snoozedUntil) })}
          </Badge>
        )}
        {flagged ? <Badge tone="wait">{say('flagged')}</Badge> : null}
        {optedOut ? <Badge tone="bad">{say('optedOutShort')}</Badge> : null}
      </p>
      <Facts
        facts={[
          [
            say('filterNumber'),
            <span key="phone" className="row start">
              {phoneText(phone)} {phone.includes('•') ? null : <Copy value={phone} />}
            </span>,
          ],
          [say('assignee'), assignee ?? say('nobody')],
          [say('answersBy'), phoneText(replyCode)],
          [say('repliesWord'), number(replies)],
          [say('answersGiven'), number(answers)],
          [say('firstReply'), shortTime(createdAt)],
        ]}
      />
      <Tags conversation={conversation} may={may} />
      {campaigns.size > 0 ? (
        <>
          <h3>{say('campaignsReceived')}</h3>
          <ul className="bare">
            {[...campaigns].toReversed().map(([campaign, { name, at }]) => (
              <li key={campaign} className="row">
                <span>{name}</span> <time dateTime={at}>{shortTime(at)}</time>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <PastConversations closings={closings} from={entries[0]?.at ?? ''} />
      {may ? <NewNote conversation={conversation} authors={authors} /> : null}
    </aside>
  );
}

/** `from`: time of the oldest entry loaded; older closings are not links. */
function PastConversations({ closings, from }: { closings: Conversation['closings']; from: string }) {
  const { say, shortTime } = useLocale();
  if (closings.length === 0) return null;
  const show = (at: string): void => document.getElementById(closingId(at))?.scrollIntoView({ block: 'center' });
  return (
    <>
      <h3>{say('pastConversations')}</h3>
      <ul className="bare">
        {closings.toReversed().map(({ at, by }) => {
          const text = say('closedBy', { who: by });
          return (
            <li key={at} className="row">
              {at < from ? (
                <span>{text}</span>
              ) : (
                <Action kind="link" onPress={() => show(at)}>
                  {text}
                </Action>
              )}
              <time dateTime={at}>{shortTime(at)}</time>
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** The contact's name, which an owner edits in place. */
function Person({ conversation, owner }: { conversation: Conversation; owner: boolean }) {
  const { say } = useLocale();
  const { id, phone } = conversation;
  const [names, setNames] = useState<{ firstName: string; lastName: string } | null>(null);
  const save = useAct(
    async () => {
      // A PUT replaces the tags: they are sent again.
      const { items } = await ask(v1.contacts.$get({ query: { search: phone, limit: '1' } }));
      const given = { firstName: names?.firstName.trim() || null, lastName: names?.lastName.trim() || null };
      return ask(v1.contacts.$put({ json: { phone, tags: items[0]?.tags ?? [], ...given } }));
    },
    ['thread', id, 'head'],
    () => setNames(null),
  );
  const name = nameOf(conversation);
  return (
    <div className="person">
      <Avatar name={name} />
      {names ? (
        <SubmitForm act={() => save.mutate()}>
          <Field label={say('firstName')} value={names.firstName} onChange={(firstName) => setNames({ ...names, firstName })} />
          <Field label={say('lastName')} value={names.lastName} onChange={(lastName) => setNames({ ...names, lastName })} />
          <Problem error={save.error} />
          <div className="row start">
            <Action kind="main" type="submit" isDisabled={save.isPending}>
              <Check aria-hidden="true" /> {say('save')}
            </Action>
            <Action onPress={() => setNames(null)}>{say('leaveIt')}</Action>
          </div>
        </SubmitForm>
      ) : (
        <>
          <strong>{name}</strong>
          {owner ? (
            <IconAction
              icon={Pencil}
              label={say('nameThem')}
              act={() => setNames({ firstName: conversation.firstName ?? '', lastName: conversation.lastName ?? '' })}
            />
          ) : null}
          {owner ? (
            <Link to="/contacts" search={{ q: phone }} className="hint">
              {say('toContact')}
            </Link>
          ) : null}
        </>
      )}
    </div>
  );
}

function Tags({ conversation, may }: { conversation: Conversation; may: boolean }) {
  const { say } = useLocale();
  const { tags } = conversation;
  const [text, setText] = useState('');
  const change = useConversationChange();
  const become = (next: string[]) => change.mutate({ items: [conversation], change: () => ({ tags: next }) });
  if (!may && tags.length === 0) return null;
  return (
    <section aria-label={say('tags')}>
      <h3>{say('tags')}</h3>
      <div className="chips">
        {tags.map((tag) => (
          <span key={tag} className="chip tag">
            <span>{tag}</span>
            {may ? (
              <button
                type="button"
                aria-label={say('removeTag', { tag })}
                onClick={() => become(tags.filter((each) => each !== tag))}
              >
                <X aria-hidden="true" />
              </button>
            ) : null}
          </span>
        ))}
      </div>
      {may ? (
        <SubmitForm
          className="adding"
          act={() => {
            const added = text.split(',').flatMap((tag) => tag.trim() || []);
            become([...new Set([...tags, ...added])]);
            setText('');
          }}
        >
          <Field unseen label={say('newTag')} placeholder={say('newTag')} value={text} onChange={setText} />
          {text.trim() === '' ? null : (
            <Action type="submit" aria-label={say('addTag')}>
              <Plus aria-hidden="true" />
            </Action>
          )}
        </SubmitForm>
      ) : null}
      <Problem error={change.error} />
    </section>
  );
}

function NewNote({ conversation: { id, assignee }, authors }: { conversation: Conversation; authors: string[] }) {
  const { say } = useLocale();
  const area = useRef<HTMLTextAreaElement>(null);
  const people = useRef<HTMLButtonElement>(null);
  const { others } = usePeople([assignee, ...authors.filter((author) => author.includes('@'))]);
  const [text, setText] = useState('');
  const mention = (email: string): void => {
    const before = area.current?.value.slice(0, area.current.selectionStart) ?? '';
    insertAtCaret(area.current, `${before.endsWith('@') ? '' : '@'}${email} `);
  };
  const add = useAct(
    () => ask(v1.conversations[':id'].notes.$post({ param: { id }, json: { text } })),
    ['thread', id, 'notes'],
    () => setText(''),
  );
  return (
    <SubmitForm act={() => add.mutate()}>
      <Field
        label={say('newNote')}
        hint={say('newNoteHint')}
        rows={2}
        area={area}
        value={text}
        onChange={setText}
        onKeyDown={(event) => {
          if (event.key === '@') people.current?.click();
          event.continuePropagation();
        }}
      />
      {others.length > 0 ? (
        <MenuButton
          label={say('mention')}
          opener={people}
          className="button ghost icon"
          groups={[{ items: others.map((email) => ({ text: email, act: () => mention(email) })) }]}
        >
          <AtSign aria-hidden="true" />
        </MenuButton>
      ) : null}
      <Problem error={add.error} />
      {text.trim() === '' ? null : (
        <Action type="submit" isDisabled={add.isPending}>
          {say('addNote')}
        </Action>
      )}
    </SubmitForm>
  );
}
