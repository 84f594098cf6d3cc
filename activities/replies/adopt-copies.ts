import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { rows } from '../../database/sql.ts';
import type { NewReply } from './store-replies.ts';

export type Copy = Pick<NewReply, 'fromRaw' | 'toRaw' | 'text'>;

/** By then a healthy line has recorded its acknowledgements. */
const TOLD_MS = 250;

// The n-th of equal replies copies the n-th that another line may not have acknowledged. An adopted one leaves its line, so the
// next "OUI" of that phone is not taken for its copy.
const COPIES = `
  with came as (
    select c.*, row_number() over (partition by from_raw, to_raw, text order by place) as nth
    from unnest($3::text[], $4::text[], $5::text[]) with ordinality as c (from_raw, to_raw, text, place)
  ), doubtful as (
    select r.id, r.from_raw, r.to_raw, r.text, row_number() over (partition by r.from_raw, r.to_raw, r.text order by r.id) as nth
    from carrier_sessions s join replies r on r.session_id = s.id and r.id > coalesce(s.acked_through, '00000000-0000-0000-0000-000000000000')
    where s.carrier_id = $1 and s.id <> $2 and s.opened_at > now() - interval '30 days'
      and (s.closed_at is null or s.closed_at > now() - interval '10 minutes')
      and r.ingested_at > now() - interval '10 minutes' and r.text = any($5)
  ), copies as (
    select d.id, c.place from doubtful d join came c using (from_raw, to_raw, text, nth)
  ), adopted as (
    update replies r set session_id = null from copies c where $6 and r.id = c.id
  )
  select place::int from copies`;

/**
 * Replies that another line of the account stored but may not have acknowledged: an operator redelivers them by any host. Each is
 * matched once.
 */
export async function adoptCopies<R extends Copy>(pool: Pool, carrierId: string, sessionId: string, came: R[]): Promise<Set<R>> {
  const texts = [came.map(({ fromRaw }) => fromRaw), came.map(({ toRaw }) => toRaw), came.map(({ text }) => text)];
  const ask = (adopt: boolean) => rows<{ place: number }>(pool, COPIES, [carrierId, sessionId, ...texts, adopt]);
  if (came.length === 0 || (await ask(false)).length === 0) return new Set();
  await sleep(TOLD_MS);
  return new Set((await ask(true)).flatMap(({ place }) => came[place - 1] ?? []));
}
