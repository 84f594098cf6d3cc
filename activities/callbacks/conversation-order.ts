import type { PoolClient } from 'pg';
import type { HealthState } from '../../domain/callbacks/endpoint-health.ts';
import { rows } from '../../database/sql.ts';
import { endpointRun, type LongRun } from '../wake-run.ts';

/** How long a reply waits for an earlier one of its conversation. Time held at an unhealthy endpoint does not count. */
const ORDER_WAITS = `interval '15 minutes'`;

/** A replay waits for earlier replays only. */
const BLOCKED = `exists (
  select from deliveries b where b.endpoint_id = d.endpoint_id and b.conversation_id = d.conversation_id
    and (b.sequence, b.id) < (d.sequence, d.id) and b.delivered_at is null and b.state in ('pending', 'in_flight', 'retrying', 'held')
    and (b.trigger = 'auto' or d.trigger <> 'auto'))`;

/**
 * Under the endpoints' locks: puts off deliveries that wait for an earlier one until `freeNext`, or until they waited long enough
 * and go `late`.
 */
export async function enforceOrder(client: PoolClient, ids: string[]): Promise<{ waiting: Set<string>; late: Set<string> }> {
  if (ids.length === 0) return { waiting: new Set(), late: new Set() };
  const blocked = await rows<{ id: string; late: boolean }>(
    client,
    `with blocked as (
       select d.id, e.health = 'healthy' as healthy,
         greatest(coalesce(d.order_since, now()), to_timestamp((e.track->>'since')::float8 / 1000)) as since
       from deliveries d join callback_endpoints e on e.id = d.endpoint_id
       where d.id = any($1::uuid[]) and d.conversation_id is not null and e.ordered and d.state in ('pending', 'retrying', 'held') and ${BLOCKED}
     ), judged as (
       select *, healthy and since <= now() - ${ORDER_WAITS} as late from blocked
     ), put_off as (
       update deliveries d set state = 'held', held_reason = 'order', order_since = coalesce(d.order_since, now()),
         next_at = case when j.healthy then j.since else now() end + ${ORDER_WAITS}
       from judged j where d.id = j.id and not j.late
     )
     select id, late from judged`,
    [ids],
  );
  const which = (late: boolean) => new Set(blocked.filter((each) => each.late === late).map((each) => each.id));
  return { waiting: which(false), late: which(true) };
}

export type ConversationKey = { endpointId: string; conversationId: string };

/**
 * Makes due the deliveries that waited for those just ended. Runs in their transaction under the endpoint locks, so a concurrent
 * claim either put its own off before or sees these ended. Returns the runs to wake.
 */
export async function freeNext(client: PoolClient, ended: ConversationKey[]): Promise<LongRun[]> {
  if (ended.length === 0) return [];
  const freed = await rows<{ id: string; health: HealthState }>(
    client,
    `with freed as (
       update deliveries d set next_at = now()
       from (select distinct * from unnest($1::uuid[], $2::uuid[]) as f (endpoint_id, conversation_id)) f
       where d.endpoint_id = f.endpoint_id and d.conversation_id = f.conversation_id and d.state = 'held' and d.held_reason = 'order'
         and not ${BLOCKED}
       returning d.endpoint_id
     ) select distinct e.id, e.health from freed join callback_endpoints e on e.id = freed.endpoint_id`,
    [ended.map((each) => each.endpointId), ended.map((each) => each.conversationId)],
  );
  return freed.map(({ id, health }) => (health === 'healthy' ? 'retry-callbacks' : endpointRun(id)));
}
