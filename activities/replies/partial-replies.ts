import type { Pool } from 'pg';
import { affected, rows, transaction } from '../../database/sql.ts';
import { keyOf, lockOf, partOf, replyOf, type LongRow, type PartRow } from './assemble-parts.ts';
import { insertReplies } from './store-replies.ts';

/** How long a long reply waits for missing parts. */
const WAIT = '30 minutes';
const PAGE = 500;

/**
 * Idempotent: makes replies of long messages whose parts did not all arrive in time, and returns those to file. A later part
 * completes its reply.
 */
export async function showPartials(pool: Pool, country: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await showPage(pool, country);
    ids.push(...page);
    if (page.length < PAGE) return ids;
  }
}

const showPage = (pool: Pool, country: string): Promise<string[]> =>
  transaction(pool, async (client) => {
    const late = await rows<LongRow>(
      client,
      `select carrier_id, from_raw, to_raw, reference, total from inbound_parts where reply_id is null
       group by 1, 2, 3, 4, 5 having min(ingested_at) < now() - interval '${WAIT}' order by min(ingested_at) limit ${PAGE}`,
    );
    // A message being added to now is left to the next sweep.
    const free = await rows<{ n: number }>(
      client,
      `select n::int from unnest($1::text[]) with ordinality as k (k, n) where pg_try_advisory_xact_lock(hashtextextended(k, 7))`,
      [late.map((row) => lockOf(row.carrier_id, keyOf(row)))],
    );
    const mine = free.flatMap(({ n }) => late[n - 1] ?? []);
    const parts = await rows<PartRow>(
      client,
      `select p.* from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::smallint[]) as k (carrier_id, from_raw, to_raw, reference, total)
       join inbound_parts p using (carrier_id, from_raw, to_raw, reference, total) where p.reply_id is null`,
      [
        mine.map((row) => row.carrier_id),
        mine.map((row) => row.from_raw),
        mine.map((row) => row.to_raw),
        mine.map((row) => row.reference),
        mine.map((row) => row.total),
      ],
    );
    const messages = [...Map.groupBy(parts, (row) => lockOf(row.carrier_id, keyOf(row))).values()].flatMap((group) => {
      const [first] = group;
      return first ? [{ first, reply: replyOf(keyOf(first), group.map(partOf), country) }] : [];
    });
    await affected(
      client,
      `update inbound_parts p set reply_id = k.id
       from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::smallint[], $6::uuid[]) as k (carrier_id, from_raw, to_raw, reference, total, id)
       where p.carrier_id = k.carrier_id and p.from_raw = k.from_raw and p.to_raw = k.to_raw and p.reference = k.reference and p.total = k.total`,
      [
        messages.map(({ first }) => first.carrier_id),
        messages.map(({ first }) => first.from_raw),
        messages.map(({ first }) => first.to_raw),
        messages.map(({ first }) => first.reference),
        messages.map(({ first }) => first.total),
        messages.map(({ reply }) => reply.id),
      ],
    );
    const ids: string[] = [];
    for (const [carrierId, group] of Map.groupBy(messages, ({ first }) => first.carrier_id)) {
      const replies = group.map(({ reply }) => reply);
      ids.push(...(await insertReplies(client, carrierId, replies)));
    }
    return ids;
  });
