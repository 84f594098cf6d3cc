import type { Pool } from 'pg';
import { affected, rows } from '../../database/sql.ts';
import { UNSTEADY_ATTEMPTS } from '../../domain/callbacks/endpoint-health.ts';
import { OPEN } from './claim-callbacks.ts';

export const stillPending = async (pool: Pool, ids: string[]): Promise<string[]> => {
  const waiting = await rows<{ id: string }>(pool, `select id from deliveries where id = any($1::uuid[]) and state = 'pending'`, [
    ids,
  ]);
  return waiting.map((row) => row.id);
};

/** A healthy endpoint's surplus: due at once, no attempt spent. */
export const holdForRate = (pool: Pool, ids: string[], reason: 'rate' | 'network' = 'rate'): Promise<number> =>
  affected(
    pool,
    `update deliveries set state = 'held', held_reason = $2, next_at = now() where id = any($1::uuid[]) and state = 'pending'`,
    [ids, reason],
  );

/** Hold reason of an unhealthy endpoint. Held by a stopped one, a delivery has no due time. */
const REASON = `case e.health when 'open' then 'breaker' when 'recovering' then 'breaker' else e.health end`;
const HELD_NEXT_AT = `case when e.health in ('open', 'recovering') then least(d.next_at, now()) end`;

/**
 * Holds fresh deliveries of endpoints in trouble, with no attempt. Returns the endpoints whose runs must wake: one with
 * deliveries already held has a run sleeping until its next try; a stopped one needs none.
 */
export async function holdForTrouble(pool: Pool, ids: string[]): Promise<string[]> {
  const held = await rows<{ endpoint_id: string; health: string; first: boolean }>(
    pool,
    `with held as (
       update deliveries d set state = 'held', held_reason = ${REASON}, next_at = ${HELD_NEXT_AT}
       from callback_endpoints e where d.id = any($1::uuid[]) and d.state = 'pending' and e.id = d.endpoint_id and e.health <> 'healthy'
       returning d.endpoint_id, e.health
     ) select distinct endpoint_id, health, health in ('open', 'recovering') and not exists (
         select 1 from deliveries d where d.endpoint_id = held.endpoint_id and d.channel = 'callback' and d.${OPEN}
           and d.state = 'held' and d.held_reason = 'breaker' and d.next_at is not null) as first
     from held`,
    [ids],
  );
  if (held.length === 0) return [];
  // Its run may have finished before it could see these.
  const turned = await rows<{ id: string }>(
    pool,
    `select e.id from callback_endpoints e join unnest($1::uuid[], $2::text[]) as seen (id, health) using (id) where e.health <> seen.health`,
    [held.map((each) => each.endpoint_id), held.map((each) => each.health)],
  );
  return [...held.filter((each) => each.first).map((each) => each.endpoint_id), ...turned.map((each) => each.id)];
}

const HOLD_PAGE = 5000;

/** Holds a page of what is due at an endpoint in trouble, or everything at a stopped one. True if there may be more. */
export async function holdBacklog(pool: Pool, endpointId: string): Promise<boolean> {
  const held = await affected(
    pool,
    `update deliveries d set state = 'held', held_reason = ${REASON}, next_at = ${HELD_NEXT_AT}
     from callback_endpoints e, (
       select d.id from deliveries d join callback_endpoints e on e.id = d.endpoint_id
       where d.endpoint_id = $1 and d.channel = 'callback' and d.${OPEN}
         and case when e.health = 'open' then d.state <> 'held' and d.next_at <= now() or d.held_reason in ('rate', 'network')
           when e.health in ('paused', 'disabled', 'gone') then d.next_at is not null
           else false end
       order by d.id limit ${HOLD_PAGE} for update of d skip locked
     ) page
     where d.id = page.id and e.id = d.endpoint_id`,
    [endpointId],
  );
  return held === HOLD_PAGE;
}

/** Makes a restarted endpoint's held deliveries due, page by page. True if there may be more. */
export async function freeStopped(pool: Pool, endpointId: string): Promise<boolean> {
  const freed = await affected(
    pool,
    `update deliveries set held_reason = 'breaker', next_at = now() where id in (
       select id from deliveries where endpoint_id = $1 and channel = 'callback' and ${OPEN} and next_at is null
       order by id limit ${HOLD_PAGE} for update skip locked)`,
    [endpointId],
  );
  return freed === HOLD_PAGE;
}

/** Whole milliseconds until something is due; null if nothing is. */
export const untilDue = (ms: number | null | undefined): number | null =>
  typeof ms === 'number' ? Math.max(0, Math.ceil(ms)) : null;

/** A delivery awaiting a retry: ids and numbers only. */
export type WaitingDelivery = {
  deliveryId: string;
  replyId: string | null;
  attempt: number;
  lastFailure: string | null;
  nextAt: string | null;
};

/** Deliveries of an unsteady endpoint that failed twice. */
export async function failedTwiceAt(pool: Pool, endpointId: string) {
  const [row] = await rows<{ waiting: number; in_flight: number; ms: number | null }>(
    pool,
    `select (count(*) filter (where state <> 'in_flight'))::int as waiting, (count(*) filter (where state = 'in_flight'))::int as in_flight,
       extract(epoch from min(next_at) filter (where state <> 'in_flight') - now())::float8 * 1000 as ms
     from deliveries where endpoint_id = $1 and channel = 'callback'
       and (${OPEN} and next_at is not null and attempts >= ${UNSTEADY_ATTEMPTS} or state = 'in_flight' and attempts > ${UNSTEADY_ATTEMPTS})`,
    [endpointId],
  );
  return { waiting: row?.waiting ?? 0, inFlight: row?.in_flight ?? 0, untilDueMs: untilDue(row?.ms) };
}

/** Deliveries waiting at an endpoint: count, attempts in its own schedule, next due time, and the oldest ones already attempted. */
export async function waitingAt(pool: Pool, endpointId: string, most: number) {
  const oldest = await rows<Omit<WaitingDelivery, 'nextAt'> & { next_at: Date | null }>(
    pool,
    `select d.id as "deliveryId", v.reply_id as "replyId", d.attempts as attempt, d.last_class as "lastFailure", d.next_at
     from deliveries d join events v on v.id = d.event_id
     where d.endpoint_id = $1 and d.channel = 'callback' and d.state in ('retrying', 'held') and d.attempts > 0 order by d.id limit $2`,
    [endpointId, most],
  );
  const [row] = await rows<{ backlog: number; of: number | null; next_at: Date | null }>(
    pool,
    `select count(d.id)::int as backlog, min(d.next_at) as next_at,
       (select jsonb_array_length(schedule) from callback_endpoints where id = $1 and jsonb_typeof(schedule) = 'array') as of
     from deliveries d where d.endpoint_id = $1 and d.channel = 'callback' and ${OPEN} and d.delivered_at is null`,
    [endpointId],
  );
  return {
    backlog: row?.backlog ?? 0,
    attemptsAtMost: row?.of ?? null,
    nextAt: row?.next_at?.toISOString() ?? null,
    oldest: oldest.map(({ next_at: nextAt, ...each }) => ({ ...each, nextAt: nextAt?.toISOString() ?? null })),
  };
}

/** Deliveries held, due and under way at an endpoint, and when the next one that is not held is due. */
export async function owedAt(pool: Pool, endpointId: string) {
  const [row] = await rows<{ backlog: number; in_flight: number; ms: number | null }>(
    pool,
    `select
       (select count(*)::int from deliveries where endpoint_id = $1 and channel = 'callback' and ${OPEN}
         and (state = 'held' and held_reason <> 'order' or next_at <= now())) as backlog,
       (select count(*)::int from deliveries where endpoint_id = $1 and state = 'in_flight') as in_flight,
       (select extract(epoch from min(next_at) - now())::float8 * 1000 from deliveries
         where endpoint_id = $1 and channel = 'callback' and ${OPEN} and state <> 'held') as ms`,
    [endpointId],
  );
  return { backlog: row?.backlog ?? 0, inFlight: row?.in_flight ?? 0, untilDueMs: untilDue(row?.ms) };
}
