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
/** The results of a page's first attempts. Those `underWay` record themselves. */
export type CallbacksPosted = { delivered: number; retrying: number; held: number; underWay: number };
export type PostCallbacks = ReturnType<typeof createPostCallbacks>;

/** How long a fresh delivery waits in this process for a place at its endpoint. */
const SURPLUS_WAITS_MS = 2000;
/** How long a page waits for what it has under way. A slower request goes on without it, and the run of retries knows its lease. */
const LINGER_MS = 1000;
/**
 * How soon it asks for a place again when none of its own attempts has ended: a claim locks the endpoints, and pages that wait
 * for slow ones must not keep them locked for everybody by asking.
 */
const [ASK_MS, ASK_AT_LEAST_MS] = [100, 1000];

export const createPostCallbacks = ({ pool, log, attempt, uplink, wake, firsts }: Deps) => {
  /** Puts off what can't go now, and says how many; a run that takes it up is awake. */
  async function putOff(ids: string[], reason: 'rate' | 'network'): Promise<number> {
    const back = await firsts.giveBack(ids, reason);
    const held = ids.length > 0 ? await holdForRate(pool, ids, reason) : 0;
    if (held > 0) await wake.wake('retry-callbacks');
    return back + held;
  }

  return {
    /**
     * First attempts, at most once each: a delivery is claimed before its attempt, so a retried page finds nothing to claim
     * and posts nothing twice. What fails is left to the runs of retries; what is for an endpoint in trouble joins its backlog.
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
      // A page that is tried again may have left attempts behind with a worker that died: the run waits for their leases.
      if (activityInfo().attempt > 1) await wake.wake('retry-callbacks');
      const delivered = attempts.ended('delivered');
      const retrying = attempts.ended('retrying');
      return { delivered, retrying, held: held + attempts.ended('held'), underWay: attempts.size };
    },
  };
};
