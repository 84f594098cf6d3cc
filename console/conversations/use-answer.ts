import { useMutation, useMutationState, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ask, freshKey, Refusal, v1 } from '../api.ts';
import { mergedWith } from './merge-text.ts';
import { session } from '../people/session.ts';
import type { Conversation } from './conversation-change.ts';

/** Shorter than the "is writing" notice lasts. */
const NOTICE_MS = 8000;

/** Tells colleagues that somebody is writing. */
function useTypingNotice(id: string) {
  const sentAt = useRef(0);
  return {
    notify: () => {
      if (Date.now() - sentAt.current <= NOTICE_MS) return;
      sentAt.current = Date.now();
      // Best effort.
      void v1.conversations[':id'].answering.$post({ param: { id } }).catch(() => {});
    },
    again: () => {
      sentAt.current = 0;
    },
  };
}

/** An unsent answer, kept by person and conversation over reloads. */
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

/** An answer while written, sent, or waiting for a connection. */
export function useAnswer({ id, answers }: Conversation) {
  const queries = useQueryClient();
  const { text, write, restore } = useDraft(id);
  const { notify, again } = useTypingNotice(id);
  // Same key until accepted: a retry sends no second SMS.
  const key = useRef(freshKey());
  // Answers known when this one was begun: the API refuses if a colleague has answered since.
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
      // Counts the own answer, so that the next can be begun at once.
      seen.current += 1;
      write('');
      return refresh();
    },
    // Shows the colleague's answer together with the refusal.
    onError: refresh,
  });
  // Offline, an answer waits and is sent once on reconnect.
  const pending = useMutationState({
    filters: { mutationKey: ['answer', id], status: 'pending' },
    select: ({ state }) => state.isPaused,
  });
  const free = pending.length === 0;
  useEffect(() => {
    if (free) restore();
  }, [free]);
  // Merge tags are not filled in after this: they block sending.
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
      if (next !== '') notify();
    },
    submit: (): void => {
      if (!ready) return;
      // The colleague's answer was shown. After other errors the same key: the first try may have arrived.
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
