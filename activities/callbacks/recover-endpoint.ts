import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { shownHealth, type ShownHealth } from '../../domain/callbacks/endpoint-health.ts';
import type { LastFailure } from '../../database/callbacks/callback-endpoint.ts';
import { databaseNow, type EndpointHealth } from '../../database/callbacks/endpoint-health.ts';
import { CALLBACK_SCHEDULE, type Schedule } from '../../domain/callbacks/retry-schedule.ts';
import { transaction } from '../../database/sql.ts';
import type { AttemptCallback } from './attempt-callback.ts';
import { claimDueAt, claimFailedTwice, claimProbe } from './claim-callbacks.ts';
import { reclaimDead } from '../due-deliveries.ts';
import { DRAIN_MS, NEAR_MS } from './retry-due-callbacks.ts';
import { createAttemptPool } from './attempt-pool.ts';
import { failedTwiceAt, freeStopped, holdBacklog, owedAt, waitingAt, type WaitingDelivery } from './hold-callbacks.ts';
import type { UplinkMonitor } from './uplink-monitor.ts';
import { lookAtHealth, notifyHealthChange } from './update-endpoint-health.ts';
import { endpointRun, type RunWaker } from '../wake-run.ts';

type Deps = {
  pool: Pool;
  log: Logger;
  attempt: AttemptCallback;
  uplink: UplinkMonitor;
  wake: RunWaker;
  /** For endpoints without their own. */
  schedule?: Schedule;
  /** The run has looked at its endpoint: the start gate may admit another. */
  onPageTaken?: (runId: string) => void;
};
export type DrainEndpoint = ReturnType<typeof createDrainEndpoint>;

/** An endpoint's state for its run: no address, no text. `sleepMs` null: nothing can be sent. */
export type EndpointStep = {
  sleepMs: number | null;
  accountId: string | null;
  health: ShownHealth | 'deleted';
  backlog: number;
  lastFailure: LastFailure | null;
  /** Longest waiting first. */
  oldest?: WaitingDelivery[];
  attemptsAtMost?: number;
  /** Next attempt, by the database's clock. */
  nextTryAt: string | null;
};

/** No endpoint is tried while our uplink is down. */
const UPLINK_DOWN_SLEEP_MS = 3000;
const FULL_SLEEP_MS = 250;
const SHOWN = 20;
const IN_FLIGHT_SLEEP_MS = 1000;

/** One visit to one endpoint. `until`: monotonic clock. */
type Visit = Deps & { endpointId: string; attempts: ReturnType<typeof createAttemptPool>; until: number };
/** Milliseconds until the next step; null: done; `on`: continue at once. */
type Next = number | null | 'on';

export const createDrainEndpoint = (deps: Deps) => ({
  /**
   * Tends one endpoint in trouble for at most 30 s: holds what falls due, probes it with one delivery, drains its backlog slowly
   * once it answers, and returns it to the retry run when healthy. Does not wait for slow attempts. At most once each, by claim.
   */
  async drainEndpoint(endpointId: string): Promise<EndpointStep> {
    const { pool, log, attempt, wake, onPageTaken } = deps;
    await wake.awake(endpointRun(endpointId));
    const attempts = createAttemptPool(attempt, log);
    const visit: Visit = { ...deps, endpointId, attempts, until: performance.now() + DRAIN_MS };
    await reclaimDead(pool);
    let next = await step(visit);
    onPageTaken?.(endpointRun(endpointId));
    while ((next === 'on' || (next !== null && next <= NEAR_MS)) && performance.now() < visit.until) {
      if (next !== 'on') {
        await attempts.landed(next);
        await reclaimDead(pool);
      }
      next = await step(visit);
    }
    return describe(visit, next === 'on' ? 0 : next === null ? null : Math.max(0, next - NEAR_MS));
  },
});

async function step(visit: Visit): Promise<Next> {
  const endpoint = await look(visit, 'looked-at');
  if (!endpoint) return null;
  const { state } = endpoint.health;
  switch (state) {
    case 'healthy':
      if (shownHealth(endpoint.health) === 'unsteady') return retryFailedTwice(visit);
      await all(visit, freeStopped);
      await visit.wake.wake('retry-callbacks');
      return null;
    case 'paused':
    case 'disabled':
    case 'gone':
      await all(visit, holdBacklog);
      return null;
    case 'open':
      return whileOpen(visit, endpoint);
    case 'recovering':
      return whileRecovering(visit);
    default:
      return state satisfies never;
  }
}

async function whileOpen(visit: Visit, endpoint: EndpointHealth): Promise<Next> {
  await all(visit, freeStopped);
  await all(visit, holdBacklog);
  const owed = await owedAt(visit.pool, visit.endpointId);
  if (owed.backlog === 0 && owed.untilDueMs === null && owed.inFlight === 0) return null;
  const probeMs = owed.backlog > 0 ? await probe(visit, endpoint) : Infinity;
  if (probeMs === 0) return 'on';
  const soonest = Math.min(probeMs, owed.untilDueMs ?? Infinity, owed.inFlight > 0 ? IN_FLIGHT_SLEEP_MS : Infinity);
  return Math.max(soonest, FULL_SLEEP_MS);
}

async function whileRecovering(visit: Visit): Promise<Next> {
  const { pool, endpointId, uplink } = visit;
  if (uplink.down) return UPLINK_DOWN_SLEEP_MS;
  await all(visit, freeStopped);
  if (await attemptSome(visit, await claimDueAt(pool, endpointId))) return 'on';
  const owed = await owedAt(pool, endpointId);
  if (owed.inFlight > 0 || owed.backlog > 0) return FULL_SLEEP_MS;
  await look(visit, 'drained');
  return 'on';
}

/** Unsteady: attempts what failed twice and is due. */
async function retryFailedTwice(visit: Visit): Promise<Next> {
  const { pool, endpointId, uplink } = visit;
  if (uplink.down) return UPLINK_DOWN_SLEEP_MS;
  if (await attemptSome(visit, await claimFailedTwice(pool, endpointId))) return 'on';
  const { waiting, inFlight, untilDueMs } = await failedTwiceAt(pool, endpointId);
  if (inFlight > 0) return IN_FLIGHT_SLEEP_MS;
  if (waiting > 0) return Math.max(untilDueMs ?? 0, FULL_SLEEP_MS);
  await look(visit, 'steadied');
  return 'on';
}

/** Launches these and waits briefly. False if nothing is under way. */
async function attemptSome({ attempts }: Visit, claimed: Parameters<Visit['attempts']['launch']>[0]): Promise<boolean> {
  attempts.launch(claimed);
  if (claimed.length === 0 && attempts.size === 0) return false;
  await attempts.landed(FULL_SLEEP_MS);
  return true;
}

/** Probes once if it is time. Returns the wait until the next. */
async function probe({ pool, attempts, uplink }: Visit, endpoint: EndpointHealth): Promise<number> {
  if (uplink.down) return UPLINK_DOWN_SLEEP_MS;
  const waitMs = (endpoint.health.nextProbeAt ?? 0) - (await databaseNow(pool));
  if (waitMs > NEAR_MS) return waitMs;
  if (waitMs > 0) await attempts.landed(waitMs);
  const claimed = await claimProbe(pool, endpoint.id);
  attempts.launch(claimed);
  await attempts.all();
  return claimed.length > 0 ? 0 : FULL_SLEEP_MS;
}

async function look(
  { pool, wake, endpointId }: Visit,
  kind: 'looked-at' | 'drained' | 'steadied',
): Promise<EndpointHealth | null> {
  const { now, ...told } = await transaction(pool, (client) => lookAtHealth(client, endpointId, kind));
  await notifyHealthChange({ pool, wake }, { ...told, runs: told.runs.filter((run) => run !== endpointRun(endpointId)) });
  return now;
}

async function all(
  { pool, endpointId, until }: Visit,
  page: (pool: Pool, endpointId: string) => Promise<boolean>,
): Promise<void> {
  while ((await page(pool, endpointId)) && performance.now() < until);
}

async function describe(visit: Visit, sleepMs: number | null): Promise<EndpointStep> {
  const { schedule = CALLBACK_SCHEDULE } = visit;
  const now = await look(visit, 'looked-at');
  const { backlog, oldest, attemptsAtMost, nextAt } = await waitingAt(visit.pool, visit.endpointId, SHOWN);
  const nextProbeAt = now?.health.state === 'open' ? now.health.nextProbeAt : null;
  return {
    sleepMs: sleepMs === null ? null : Math.ceil(sleepMs),
    accountId: now?.accountId ?? null,
    health: now ? shownHealth(now.health) : 'deleted',
    backlog,
    oldest,
    attemptsAtMost: attemptsAtMost ?? schedule.length,
    lastFailure: now?.lastFailure ?? null,
    nextTryAt: nextProbeAt === null ? nextAt : new Date(nextProbeAt).toISOString(),
  };
}
