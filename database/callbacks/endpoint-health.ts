import type { PoolClient } from 'pg';
import { transition, newHealth, type HealthEvent, type Health } from '../../domain/callbacks/endpoint-health.ts';
import type { LastFailure } from './callback-endpoint.ts';
import { affected, rows, type Sql } from '../sql.ts';

export type EndpointHealth = {
  id: string;
  accountId: string;
  health: Health;
  lastFailure: LastFailure | null;
  mistakeToldAt: number | null;
};

type Row = {
  id: string;
  account_id: string;
  track: Health | null;
  last_failure: LastFailure | null;
  created_ms: number;
  mistake_told_ms: number | null;
};

const READ = `select id, account_id, track, last_failure, extract(epoch from created_at)::float8 * 1000 as created_ms,
    extract(epoch from mistake_told_at)::float8 * 1000 as mistake_told_ms
  from callback_endpoints where id = any($1::uuid[]) and deleted_at is null order by id`;

const read = async (sql: Sql, text: string, ids: string[]): Promise<EndpointHealth[]> =>
  (await rows<Row>(sql, text, [ids])).map((row) => ({
    id: row.id,
    accountId: row.account_id,
    health: row.track ?? newHealth(row.created_ms),
    lastFailure: row.last_failure,
    mistakeToldAt: row.mistake_told_ms,
  }));

export const readHealth = (sql: Sql, ids: string[]): Promise<EndpointHealth[]> => read(sql, READ, ids);

/** Locked by ascending id, which excludes deadlocks. */
export const lockHealth = (client: PoolClient, ids: string[]): Promise<EndpointHealth[]> =>
  read(client, `${READ} for no key update`, ids);

/** Database clock, in ms. */
export async function databaseNow(sql: Sql): Promise<number> {
  const [row] = await rows<{ ms: number }>(sql, 'select extract(epoch from clock_timestamp())::float8 * 1000 as ms');
  if (!row) throw new Error('The database tells no time');
  return row.ms;
}

/** Stores changes under `lockHealth`. A recovered endpoint's minutes are deleted. */
export async function writeHealth(client: PoolClient, changed: EndpointHealth[]): Promise<void> {
  if (changed.length === 0) return;
  await affected(
    client,
    `with h as (
       select * from unnest($1::uuid[], $2::jsonb[], $3::jsonb[], $4::float8[]) as h (id, track, last_failure, told_ms)
     ), anew as (
       delete from endpoint_minutes m using h where m.endpoint_id = h.id and h.track->>'state' = 'healthy'
         and (h.track->>'failures')::int = 0 and exists (
           select 1 from callback_endpoints e where e.id = h.id and e.health <> 'healthy')
     )
     update callback_endpoints e set track = h.track, health = h.track->>'state', slow_start = (h.track->>'slowStart')::float8::int,
       next_probe_at = to_timestamp((h.track->>'nextProbeAt')::float8 / 1000),
       last_success_at = to_timestamp((h.track->>'lastSuccessAt')::float8 / 1000),
       last_failure = h.last_failure, mistake_told_at = to_timestamp(h.told_ms / 1000)
     from h where e.id = h.id`,
    [
      changed.map((each) => each.id),
      changed.map((each) => JSON.stringify(each.health)),
      changed.map((each) => (each.lastFailure ? JSON.stringify(each.lastFailure) : null)),
      changed.map((each) => each.mistakeToldAt),
    ],
  );
}

/** Applies one event to one endpoint; null if there is none. */
export async function changeHealth(
  client: PoolClient,
  id: string,
  happened: HealthEvent,
): Promise<{ before: Health; now: EndpointHealth } | null> {
  const [found] = await lockHealth(client, [id]);
  if (!found) return null;
  const now = { ...found, health: transition(found.health, happened, await databaseNow(client)) };
  if (now.health !== found.health) await writeHealth(client, [now]);
  return { before: found.health, now };
}
