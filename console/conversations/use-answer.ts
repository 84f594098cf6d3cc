import { useMutation, useMutationState, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ask, freshKey, Refusal, v1 } from '../api.ts';
import { mergedWith } from './merge-text.ts';
import { session } from '../people/session.ts';
import type { Conversation } from './conversation-change.ts';

/** Others are told this often that one is still writing: before they stop believing it. */
const TELL_MS = 8000;

/** Tells the others that somebody writes; again once there is an answer. */
function useTelling(id: string) {
  const told = useRef(0);
  return {
    tell: () => {
      if (Date.now() - told.current <= TELL_MS) return;
      told.current = Date.now();
      // Nothing depends on it: who is not told sees the answer when it is sent.
      void v1.conversations[':id'].answering.$post({ param: { id } }).catch(() => {});
    },
    again: () => {
      told.current = 0;
    },
  };
}

/** An answer that was not sent, kept by person and conversation: leaving, reloading or the end of the session loses none. */
function useDraft(id: string) {
  const { data: who } = useQuery(session);
  const place = `draft ${who?.user.id ?? ''} ${id}`;
  const kept = (): string => sessionStorage.getItem(place) ?? '';
  const [text, setText] = useState(kept);
  return {
    text,
    write: (next: string): void => {
      setText(next);
      sessionStorage.setItem(place, next);
    },
    restore: () => setText(kept()),
  };
}

/** An answer while it is written, sent, or waits for a connection. */
export function useAnswer({ id, answers }: Conversation) {
  const queries = useQueryClient();
  const { text, write, restore } = useDraft(id);
  const { tell, again } = useTelling(id);
  // The same key until it is accepted: a second try after a lost answer sends no second SMS.
  const key = useRef(freshKey());
  // How many answers there were when this one was begun: whoever answers in between is read first.
  const seen = useRef(answers);
  const refresh = () => queries.invalidateQueries({ queryKey: ['thread', id] });
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
      again();
      // One's own is known before the thread is read again: the next may be begun at once.
      seen.current += 1;
      write('');
      return refresh();
    },
    // A colleague's answer is in the thread when the refusal is shown: a second try has been read before.
    onError: refresh,
  });
  // Without a connection an answer waits, whatever page is open meanwhile, and goes once when the connection is back.
  const pending = useMutationState({
    filters: { mutationKey: ['answer', id], status: 'pending' },
    select: ({ state }) => state.isPaused,
  });
  const free = pending.length === 0;
  useEffect(() => {
    if (free) restore();
  }, [free]);
  // An answer goes as it is written: a tag in it would be read by a customer.
  const { missing } = mergedWith(text, {});
  const ready = text !== '' && missing.length === 0 && free;
  return {
    text,
    missing,
    ready,
    waits: pending.includes(true),
    error: send.error,
    isSending: send.isPending,
    change: (next: string): void => {
      if (send.isError) {
        key.current = freshKey();
        send.reset();
      }
      if (text === '') seen.current = Math.max(seen.current, answers);
      write(next);
      if (next !== '') tell();
    },
    submit: (): void => {
      if (!ready) return;
      // The colleague's answer has been read by now. After any other error it is the same try: this one may have arrived.
      if (send.error instanceof Refusal && send.error.code === 'answered-meanwhile') {
        key.current = freshKey();
        seen.current = answers;
      }
      send.mutate(text);
    },
    takeBack: (): void => {
      const cache = queries.getMutationCache();
      for (const each of cache.findAll({ mutationKey: ['answer', id], status: 'pending' })) cache.remove(each);
      send.reset();
    },
  };
}
