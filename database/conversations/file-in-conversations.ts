import type { PoolClient } from 'pg';
import { newId } from '../ids.ts';
import { rows } from '../sql.ts';

/** A reply to file; filing sets the conversation and sequence. */
export type Placed = {
  accountId: string;
  reply: { id: string; from_number: string; reply_code: string; carrier_id: string; received_at: Date };
  conversationId: string | null;
  sequence: number | null;
  keyword: string | null;
};

/** Lock order of shared rows, which excludes deadlocks. */
export const byAccountAndPhone = (a: Placed, b: Placed): number => {
  const [left, right] = [`${a.accountId} ${a.reply.from_number}`, `${b.accountId} ${b.reply.from_number}`];
  return left < right ? -1 : left > right ? 1 : 0;
};

/**
 * Files each reply in its account's conversation with the phone and draws its sequence under the conversation's lock. Reopens
 * closed and snoozed conversations, not blocked ones; flags likely STOPs for a person. `also` joins the statement and sees
 * `placed (id, conversation_id, sequence)`; `alsoValues` must use other names.
 */
export async function fileInConversations(
  client: PoolClient,
  filed: Placed[],
  also?: string,
  alsoValues: Record<string, unknown> = {},
): Promise<void> {
  const groups = [
    ...Map.groupBy(filed.toSorted(byAccountAndPhone), (each) => `${each.accountId} ${each.reply.from_number}`).values(),
  ];
  const latest = groups.flatMap((group) => {
    const last = group.at(-1);
    return last ? [{ group, last }] : [];
  });
  /** `after`: later replies of the same conversation. */
  const places = groups.flatMap((group) => group.map((each, index) => ({ each, after: group.length - index - 1 })));
  const placed = await rows<{ id: string; conversation_id: string; sequence: number }>(
    client,
    `with c as (
       insert into conversations (id, account_id, phone, reply_code, carrier_id, sequence, last_reply_at, flagged, unread, created_at)
       select c.*, c.sequence, now()
       from unnest($ids::uuid[], $accounts::uuid[], $phones::text[], $replyCodes::text[], $carriers::uuid[], $counts::int[],
         $receivedAt::timestamptz[], $flagged::bool[])
         as c (id, account_id, phone, reply_code, carrier_id, sequence, last_reply_at, flagged)
       on conflict (account_id, phone) do update set sequence = conversations.sequence + excluded.sequence,
         unread = conversations.unread + excluded.unread, flagged = conversations.flagged or excluded.flagged,
         state = case when conversations.state = 'blocked' then 'blocked' else 'open' end, snoozed_until = null,
         reply_code = case when conversations.last_reply_at > excluded.last_reply_at then conversations.reply_code else excluded.reply_code end,
         carrier_id = case when conversations.last_reply_at > excluded.last_reply_at then conversations.carrier_id else excluded.carrier_id end,
         last_reply_at = greatest(conversations.last_reply_at, excluded.last_reply_at)
       returning id as conversation_id, account_id, phone, sequence
     ), placed as (
       select p.id, c.conversation_id, c.sequence - p.after as sequence
       from unnest($placed::uuid[], $placedAccounts::uuid[], $placedPhones::text[], $after::int[])
         as p (id, account_id, phone, after) join c using (account_id, phone)
     )${also ? `, also as (${also})` : ''}
     select * from placed`,
    {
      ids: latest.map(() => newId()),
      accounts: latest.map(({ last }) => last.accountId),
      phones: latest.map(({ last }) => last.reply.from_number),
      replyCodes: latest.map(({ last }) => last.reply.reply_code),
      carriers: latest.map(({ last }) => last.reply.carrier_id),
      counts: latest.map(({ group }) => group.length),
      receivedAt: latest.map(({ last }) => last.reply.received_at),
      flagged: latest.map(({ group }) => group.some(({ keyword }) => keyword === 'looks-like-stop')),
      placed: places.map(({ each }) => each.reply.id),
      placedAccounts: places.map(({ each }) => each.accountId),
      placedPhones: places.map(({ each }) => each.reply.from_number),
      after: places.map(({ after }) => after),
      ...alsoValues,
    },
  );
  const byReply = new Map(placed.map((row) => [row.id, row]));
  for (const each of filed) {
    const place = byReply.get(each.reply.id);
    each.conversationId = place?.conversation_id ?? null;
    each.sequence = place?.sequence ?? null;
  }
}
