import { useQueryClient } from '@tanstack/react-query';
import type { InferResponseType } from 'hono/client';
import { HOUR_MS } from '../../domain/durations.ts';
import { ask, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { toast } from '../ui/toast.tsx';

export type Conversation = InferResponseType<(typeof v1.conversations)[':id']['$get'], 200>;
export type Change = {
  state?: Conversation['state'];
  snoozedUntil?: string;
  assignee?: string | null;
  tags?: string[];
  flagged?: boolean;
};

const patch = (id: string, json: Change) => ask(v1.conversations[':id'].$patch({ param: { id }, json }));

function reverseOf({ state, snoozedUntil, assignee, tags, flagged }: Conversation, change: Change): Change {
  const snoozed = state === 'snoozed' && snoozedUntil !== null;
  return {
    ...(change.state === undefined ? {} : snoozed ? { state, snoozedUntil } : { state: state === 'snoozed' ? 'open' : state }),
    ...(change.assignee === undefined ? {} : { assignee }),
    ...(change.tags === undefined ? {} : { tags }),
    ...(change.flagged === undefined ? {} : { flagged }),
  };
}

/** Changes conversations, with a toast that can undo it. */
export function useConversationChange() {
  const queries = useQueryClient();
  const again = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['conversations'] }),
      queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'thread' && queryKey[2] === 'head' }),
    ]);
  return useAct(
    async ({ items, change, done }: { items: Conversation[]; change: (item: Conversation) => Change; done?: string }) => {
      await Promise.all(items.map((item) => patch(item.id, change(item))));
      if (done !== undefined)
        toast(done, () => void Promise.all(items.map((item) => patch(item.id, reverseOf(item, change(item))))).then(again));
    },
    ['thread'],
    () => void again(),
  );
}

/** 09:00 local time, so many days ahead. */
function morningIn(days: number): Date {
  const morning = new Date();
  morning.setDate(morning.getDate() + days);
  morning.setHours(9, 0, 0, 0);
  return morning;
}
/** Snooze choices, in local time. */
export const SNOOZES = [
  ['snooze.hour', () => new Date(Date.now() + HOUR_MS)],
  ['snooze.tomorrow', () => morningIn(1)],
  ['snooze.monday', () => morningIn((8 - new Date().getDay()) % 7 || 7)],
  ['snooze.week', () => morningIn(7)],
] as const;
