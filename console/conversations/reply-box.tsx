import { useMutation, useMutationState, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Form } from 'react-aria-components';
import { MessageSquareText, SendHorizontal } from 'lucide-react';
import type { Conversation } from './conversation-change.ts';
import { ask, freshKey, Refusal, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Meter } from '../ui/segment-meter.tsx';
import { Action, Field, insertAtCaret, Problem } from '../ui/components.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { mergedWith } from '../campaigns/composer/merge-text.ts';
import { session } from '../people/session.ts';

/** Whether there are likely to be keys to press. */
const KEYBOARD = window.matchMedia('(hover: hover) and (min-width: 761px)');
/** Others are told this often that one is still writing: before they stop believing it. */
const TELL_MS = 8000;

export function Answer({ conversation }: { conversation: Conversation }) {
  const { say } = useLocale();
  const { id } = conversation;
  const queries = useQueryClient();
  const { data: who } = useQuery(session);
  // What was begun and not sent is kept by person and conversation: a page that is left or reloaded, or a session that ends, loses none.
  const draft = `draft ${who?.user.id ?? ''} ${id}`;
  const [text, setText] = useState(sessionStorage.getItem(draft) ?? '');
  // The same key until it is accepted: a second try after a lost answer sends no second SMS.
  const key = useRef(freshKey());
  const told = useRef(0);
  const area = useRef<HTMLTextAreaElement>(null);
  // How many answers there were when this one was begun: whoever answers in between is read first.
  const seen = useRef(conversation.answers);
  const send = useMutation({
    mutationKey: ['answer', id],
    mutationFn: (written: string) =>
      ask(
        v1.conversations[':id'].messages.$post({
          param: { id },
          header: { 'idempotency-key': key.current },
          json: { text: written, answers: seen.current },
        }),
      ),
    onSuccess: () => {
      key.current = freshKey();
      told.current = 0;
      // One's own is known before the thread is read anew: the next may be begun at once.
      seen.current += 1;
      setText('');
      sessionStorage.removeItem(draft);
      return queries.invalidateQueries({ queryKey: ['thread', id] });
    },
    // A colleague's answer is in the thread when the refusal is shown: a second try has been read before.
    onError: () => queries.invalidateQueries({ queryKey: ['thread', id] }),
  });
  function change(next: string): void {
    if (send.isError) {
      key.current = freshKey();
      send.reset();
    }
    if (text === '') seen.current = Math.max(seen.current, conversation.answers);
    setText(next);
    sessionStorage.setItem(draft, next);
    if (next !== '' && Date.now() - told.current > TELL_MS) {
      told.current = Date.now();
      // Nothing depends on it: who is not told sees the answer when it is sent.
      void v1.conversations[':id'].answering.$post({ param: { id } }).catch(() => {});
    }
  }
  // Without a connection an answer waits, whatever page is open meanwhile, and goes once when the connection is back.
  const pending = useMutationState({
    filters: { mutationKey: ['answer', id], status: 'pending' },
    select: ({ state }) => state.isPaused,
  });
  const free = pending.length === 0;
  useEffect(() => {
    if (free) setText(sessionStorage.getItem(draft) ?? '');
  }, [free, draft]);
  // An answer goes as it is written: a tag in it would be read by a customer.
  const { missing } = mergedWith(text, {});
  const ready = text !== '' && missing.length === 0 && free;
  function submit(): void {
    if (!ready) return;
    // What somebody else answered has been read by now. After any other error it is the same try: this one may have arrived.
    if (send.error instanceof Refusal && send.error.code === 'answered-meanwhile') {
      key.current = freshKey();
      seen.current = conversation.answers;
    }
    send.mutate(text);
  }
  if (pending.includes(true))
    return (
      <div role="status" className="opted-out row">
        <span>
          {say('waitsForConnection')} <q>{text}</q>
        </span>
        <Action
          onPress={() => {
            const cache = queries.getMutationCache();
            for (const each of cache.findAll({ mutationKey: ['answer', id], status: 'pending' })) cache.remove(each);
            send.reset();
          }}
        >
          {say('leaveIt')}
        </Action>
      </div>
    );
  return (
    <Form
      id="answer"
      className="answer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        unseen
        label={say('yourAnswer')}
        placeholder={say(KEYBOARD.matches ? 'answerHint' : 'yourAnswer')}
        rows={1}
        area={area}
        value={text}
        onChange={change}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
          else event.continuePropagation();
        }}
      />
      <Canned
        conversation={conversation}
        choose={(answer) => {
          const before = area.current?.value.slice(0, area.current.selectionStart) ?? '';
          insertAtCaret(area.current, before === '' || /\s$/.test(before) ? answer : ` ${answer}`);
        }}
      />
      <div className="trouble">
        {missing.length > 0 ? (
          <p role="alert" className="problem">
            {say('fillIn', { tags: missing.map((name) => `{{${name}}}`).join(' ') })}
          </p>
        ) : null}
        <Problem error={send.error} />
      </div>
      <Meter text={text} />
      <Action kind="main" type="submit" isDisabled={!ready}>
        <SendHorizontal aria-hidden="true" /> <span className="words">{send.isPending ? say('sending') : say('send')}</span>
      </Action>
    </Form>
  );
}

/** Answers kept ready, their tags filled in for this person. */
function Canned({ conversation, choose }: { conversation: Conversation; choose: (text: string) => void }) {
  const { say } = useLocale();
  const list = useRef<HTMLDetailsElement>(null);
  const { data } = useQuery({ queryKey: ['canned-answers'], queryFn: () => ask(v1['canned-answers'].$get()) });
  if (!data || data.items.length === 0) return null;
  const { phone, firstName, lastName } = conversation;
  // A number that is masked here is not sent as it stands.
  const values = { phone: phone.includes('•') ? '' : phoneText(phone), firstName: firstName ?? '', lastName: lastName ?? '' };
  return (
    <details className="canned" ref={list}>
      <summary title={say('canned')}>
        <MessageSquareText aria-hidden="true" />
        <span className="unseen">{say('canned')}</span>
      </summary>
      <div className="row start">
        {data.items.map(({ id, name, text }) => (
          <Action
            key={id}
            onPress={() => {
              list.current?.removeAttribute('open');
              choose(mergedWith(text, values).text);
            }}
          >
            {name}
          </Action>
        ))}
      </div>
    </details>
  );
}
