import { activityInfo } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { AttemptCallback } from './attempt-callback.ts';
import { claimCallbacks } from './claim-callbacks.ts';
import { createAttemptPool } from './attempt-pool.ts';
import type { FirstClaims } from './first-claims.ts';
import { holdForRate, holdForTrouble, stillPending } from './hold-callbacks.ts';
import type { UplinkMonitor } from './uplink-monitor.ts';
import { endpointRun, type RunWaker } from '../wake-run.ts';

type Deps = { pool: Pool; log: Logger; attempt: AttemptCallback; uplink: UplinkMonitor; wake: RunWaker; firsts: FirstClaims };
/** Results of a page's first attempts; those `underWay` record themselves. */
export type CallbacksPosted = { delivered: number; retrying: number; held: number; underWay: number };
export type PostCallbacks = ReturnType<typeof createPostCallbacks>;

/** How long a fresh delivery waits here for a place. */
const SURPLUS_WAITS_MS = 2000;
/** How long a page waits for its slow attempts; the retry run watches their leases afterwards. */
const LINGER_MS = 1000;
/**
 * Pause between claims while no own attempt ends. A claim locks the endpoints, so pages waiting for slow ones must claim rarely.
 */
const [ASK_MS, ASK_AT_LEAST_MS] = [100, 1000];

export const createPostCallbacks = ({ pool, log, attempt, uplink, wake, firsts }: Deps) => {
  /** Puts off deliveries and wakes a run for them. Returns how many. */
  async function putOff(ids: string[], reason: 'rate' | 'network'): Promise<number> {
    const back = await firsts.giveBack(ids, reason);
    const held = ids.length > 0 ? await holdForRate(pool, ids, reason) : 0;
    if (held > 0) await wake.wake('retry-callbacks');
    return back + held;
  }

  return {
    /**
     * First attempts, at most once each: claimed before posting, so a retried page posts nothing twice. Failures go to the retry
     * runs; deliveries of endpoints in trouble join their backlog.
     */
    async postCallbacks(deliveryIds: string[]): Promise<CallbacksPosted> {
      const attempts = createAttemptPool(attempt, log);
      const until = performance.now() + SURPLUS_WAITS_MS;
      const allowed = Math.min(uplink.allowance(), deliveryIds.length);
      let held = await putOff(deliveryIds.slice(allowed), 'network');
      const first = firsts.take(deliveryIds.slice(0, allowed));
      attempts.launch(first);
      const begun = new Set(first.map(({ id }) => id));
      let waiting = deliveryIds.slice(0, allowed).filter((id) => !begun.has(id));
      let patienceMs = ASK_MS;
      while (waiting.length > 0) {
        const claimed = await claimCallbacks(pool, waiting);
        attempts.launch(claimed);
        const taken = new Set(claimed.map((each) => each.id));
        waiting = waiting.filter((id) => !taken.has(id));
        if (waiting.length === 0) break;
        await wake.wake(...(await holdForTrouble(pool, waiting)).map(endpointRun));
        const pending = await stillPending(pool, waiting);
        held += waiting.length - pending.length;
        waiting = pending;
        if (performance.now() > until || uplink.down) break;
        patienceMs = claimed.length > 0 ? ASK_MS : Math.min(patienceMs * 2, ASK_AT_LEAST_MS);
        await attempts.landed(patienceMs);
      }
      held += await putOff(waiting, uplink.down ? 'network' : 'rate');
      await attempts.allLanded(LINGER_MS);
      // A retried page may have left attempts on a dead worker: the retry run watches their leases.
      if (activityInfo().attempt > 1) await wake.wake('retry-callbacks');
      const delivered = attempts.ended('delivered');
      const retrying = attempts.ended('retrying');
      return { delivered, retrying, held: held + attempts.ended('held'), underWay: attempts.size };
    },
  };
};
