import type { Pool, PoolClient } from 'pg';
import {
  transition,
  alarmsDue,
  shownHealth,
  UNSTEADY_ATTEMPTS,
  joined,
  type Failing,
  type Result,
  type Window,
  WINDOW_MINUTES,
} from '../../domain/callbacks/endpoint-health.ts';
import {
  databaseNow,
  lockHealth,
  readHealth,
  writeHealth,
  type EndpointHealth,
} from '../../database/callbacks/endpoint-health.ts';
import { emitEvents } from '../../database/callbacks/emit-events.ts';
import { announce } from '../../database/live.ts';
import { oweNotices } from '../../database/mail/notice.ts';
import { rows } from '../../database/sql.ts';
import { endpointEvents, tellings, type Turn } from './endpoint-event.ts';
import { endpointNotices } from './endpoint-notice.ts';
import { endpointRun, type LongRun, type RunWaker } from '../wake-run.ts';

/** One attempt's outcome, for the endpoint's health. */
export type AttemptOutcome = Result & {
  endpointId: string;
  class: string;
  status: number | null;
  /** Only a change of set-up helps. */
  mistaken: boolean;
};

/** After the commit: runs to wake, and accounts with new events. */
export type AfterTracking = { runs: LongRun[]; accounts: string[] };
const NOTHING: AfterTracking = { runs: [], accounts: [] };

/** Minimum interval between writes of the last success. */
const NOTE_SUCCESS_MS = 30_000;
/** At most one set-up notice a day. */
const TELL_AGAIN_MS = 24 * 3_600_000;

/**
 * Counts a group's attempts and updates the endpoints' health in the recording transaction: few statements for hundreds of
 * attempts, only reads when all are well. `alsoLocked`: further endpoints to lock, all in one order.
 */
export async function updateEndpointHealth(
  client: PoolClient,
  tried: AttemptOutcome[],
  alsoLocked: string[] = [],
): Promise<AfterTracking> {
  const byEndpoint = Map.groupBy(tried, (each) => each.endpointId);
  const ids = [...byEndpoint.keys()].toSorted();
  if (ids.length === 0) {
    if (alsoLocked.length > 0) await lockHealth(client, alsoLocked);
    return NOTHING;
  }
  const windows = await count(client, ids, byEndpoint);
  const now = await databaseNow(client);
  const calm = ({ id, health }: EndpointHealth): boolean =>
    health.state === 'healthy' &&
    health.failures === 0 &&
    now - (health.lastSuccessAt ?? 0) < NOTE_SUCCESS_MS &&
    (byEndpoint.get(id) ?? []).every((each) => each.outcome === 'ok');
  const restless = (await readHealth(client, ids)).filter((each) => !calm(each)).map((each) => each.id);
  const locking = [...new Set([...restless, ...alsoLocked])];
  if (locking.length === 0) return NOTHING;
  const locked = (await lockHealth(client, locking)).filter((each) => restless.includes(each.id));
  if (locked.length === 0) return NOTHING;

  const turns: Turn[] = locked.map((before) => {
    const results = byEndpoint.get(before.id) ?? [];
    const window = windows.get(before.id) ?? { attempts: 0, failures: 0, several: false };
    return turned(before, transition(before.health, { kind: 'results', results, window }, now), results, now);
  });
  const settled = await settle(client, turns);
  // Its run may be asleep past this failure's retry.
  const failedTwice = turns.filter(
    ({ now: { id, health } }) =>
      shownHealth(health) === 'unsteady' &&
      (byEndpoint.get(id) ?? []).some((each) => each.outcome !== 'ok' && each.attempt >= UNSTEADY_ATTEMPTS),
  );
  return { ...settled, runs: [...settled.runs, ...failedTwice.map((each) => endpointRun(each.now.id))] };
}

function turned(before: EndpointHealth, health: EndpointHealth['health'], results: AttemptOutcome[], now: number): Turn {
  const failed = results.findLast((each) => each.outcome !== 'ok');
  const lastFailure = failed
    ? { class: failed.class, status: failed.status, at: new Date(now).toISOString() }
    : before.lastFailure;
  const mistaken = results.some((each) => each.mistaken);
  const tell = mistaken && now - (before.mistakeToldAt ?? -Infinity) >= TELL_AGAIN_MS;
  const told = Math.max(health.told, alarmsDue(health, now));
  return {
    before,
    now: { ...before, health: { ...health, told }, lastFailure, mistakeToldAt: tell ? now : before.mistakeToldAt },
    mistaken: tell,
  };
}

/** Writes the changes, with their events and notices. */
async function settle(client: PoolClient, turns: Turn[]): Promise<AfterTracking> {
  await writeHealth(
    client,
    turns.map((each) => each.now),
  );
  const troubled = turns.filter(({ before, now }) => now.health.state !== 'healthy' && now.health.state !== before.health.state);
  const runs: LongRun[] = troubled.map((each) => endpointRun(each.now.id));
  const told = turns.flatMap(tellings);
  if (told.length === 0) return { runs, accounts: [] };
  const mails = await oweNotices(client, await endpointNotices(client, told));
  const { accounts } = await emitEvents(client, await endpointEvents(client, told), null);
  return { runs: [...runs, 'retry-callbacks', ...(mails > 0 ? (['retry-emails'] as const) : [])], accounts };
}

export async function notifyHealthChange(
  { pool, wake }: { pool: Pool; wake: RunWaker },
  { runs, accounts }: AfterTracking,
): Promise<void> {
  await wake.wake(...runs);
  await announce(pool, accounts);
}

/** A health check by time, or when the backlog is drained. */
export async function lookAtHealth(
  client: PoolClient,
  endpointId: string,
  kind: 'looked-at' | 'drained' | 'steadied',
): Promise<AfterTracking & { now: EndpointHealth | null }> {
  const [before] = await lockHealth(client, [endpointId]);
  if (!before) return { ...NOTHING, now: null };
  const at = await databaseNow(client);
  const turn = turned(before, transition(before.health, { kind }, at), [], at);
  const unchanged = shownHealth(turn.now.health) === shownHealth(before.health) && turn.now.health.told === before.health.told;
  if (unchanged) return { ...NOTHING, now: before };
  return { ...(await settle(client, [turn])), now: turn.now };
}

/** Adds the attempts to this minute and returns each endpoint's window. */
async function count(client: PoolClient, ids: string[], byEndpoint: Map<string, AttemptOutcome[]>): Promise<Map<string, Window>> {
  const sums = ids.map((id) => {
    const failed = (byEndpoint.get(id) ?? []).filter((each) => each.outcome !== 'ok');
    const failing = failed.reduce<Failing>((sum, each) => joined(sum, each.deliveryId), 'none');
    return {
      attempts: byEndpoint.get(id)?.length ?? 0,
      failures: failed.length,
      first: failed[0]?.deliveryId ?? null,
      several: failing === 'several',
    };
  });
  const found = await rows<{ endpoint_id: string; attempts: number; failures: number; several: boolean }>(
    client,
    `with now as (
       insert into endpoint_minutes as m (endpoint_id, minute, attempts, failures, failing, several)
       select id, date_trunc('minute', now()), attempts, failures, failing, several
       from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::bool[]) as r (id, attempts, failures, failing, several) order by id
       on conflict (endpoint_id, minute) do update set attempts = m.attempts + excluded.attempts, failures = m.failures + excluded.failures,
         several = m.several or excluded.several or coalesce(m.failing <> excluded.failing, false),
         failing = coalesce(m.failing, excluded.failing)
       returning *
     ), w as (
       select * from now
       union all select m.* from endpoint_minutes m
       where m.endpoint_id = any($1::uuid[]) and m.minute > now() - interval '${WINDOW_MINUTES} minutes' and m.minute < date_trunc('minute', now())
     )
     select endpoint_id, sum(attempts)::int as attempts, sum(failures)::int as failures,
       bool_or(several) or count(distinct failing) > 1 as several from w group by 1`,
    [
      ids,
      sums.map((each) => each.attempts),
      sums.map((each) => each.failures),
      sums.map((each) => each.first),
      sums.map((each) => each.several),
    ],
  );
  return new Map(found.map(({ endpoint_id: id, ...window }) => [id, window]));
}
