import type { PoolClient } from 'pg';
import { newId } from '../database/ids.ts';
import { rows } from '../database/sql.ts';
import { byAccountAndPhone, type Filed } from './filed-reply.ts';

/** Puts each reply in the conversation of its account and phone, and draws its sequence under the conversation's lock. */
export async function fileInConversations(client: PoolClient, filed: Filed[]): Promise<void> {
  const groups = [
    ...Map.groupBy(filed.toSorted(byAccountAndPhone), (each) => `${each.accountId} ${each.reply.from_number}`).values(),
  ];
  const latest = groups.flatMap((group) => {
    const last = group.at(-1);
    return last ? [{ group, last }] : [];
  });
  const conversations = await rows<{ id: string; account_id: string; phone: string; sequence: number }>(
    client,
    `insert into conversations (id, account_id, phone, reply_code, carrier_id, sequence, last_reply_at, created_at)
     select c.*, now() from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::int[], $7::timestamptz[]) as c
     on conflict (account_id, phone) do update set sequence = conversations.sequence + excluded.sequence,
       reply_code = excluded.reply_code, carrier_id = excluded.carrier_id,
       last_reply_at = greatest(conversations.last_reply_at, excluded.last_reply_at)
     returning id, account_id, phone, sequence`,
    [
      latest.map(() => newId()),
      latest.map(({ last }) => last.accountId),
      latest.map(({ last }) => last.reply.from_number),
      latest.map(({ last }) => last.reply.reply_code),
      latest.map(({ last }) => last.reply.carrier_id),
      latest.map(({ group }) => group.length),
      latest.map(({ last }) => last.reply.received_at),
    ],
  );
  const byKey = new Map(conversations.map((row) => [`${row.account_id} ${row.phone}`, row]));
  for (const group of groups) {
    for (const [index, each] of group.entries()) {
      const conversation = byKey.get(`${each.accountId} ${each.reply.from_number}`);
      if (!conversation) continue;
      each.conversationId = conversation.id;
      each.sequence = conversation.sequence - group.length + index + 1;
    }
  }
}
