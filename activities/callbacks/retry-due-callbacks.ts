import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { AttemptCallback } from './attempt-callback.ts';
import { claimCanaries, claimDueCallbacks } from './claim-callbacks.ts';
import { reclaimDead, untilNextDue } from '../due-deliveries.ts';
import { createAttemptPool } from './attempt-pool.ts';
import type { UplinkMonitor } from './uplink-monitor.ts';
import type { RunWaker } from '../wake-run.ts';

type Deps = { pool: Pool; log: Logger; attempt: AttemptCallback; uplink: UplinkMonitor; wake: RunWaker };
export type DrainCallbacks = ReturnType<typeof createDrainCallbacks>;

export const DRAIN_MS = 30_000;
/** Delay after an empty claim while attempts are under way. */
const LOOK_AGAIN_MS = 250;
/** How often it looks for dead processes' attempts and new due ones. */
const LOOK_FURTHER_MS = 1000;
/** Temporal timers fire up to a second late: runs sleep this much less and the drain waits the rest. */
export const NEAR_MS = 1500;

export const createDrainCallbacks = ({ pool, log, attempt, uplink, wake }: Deps) => ({
  /**
   * Attempts what is due at healthy endpoints for at most 30 s. Returns how long to sleep, null when nothing is owed. Attempts
   * still under way wake the run if they fail. At most once each, by claim.
   */
  async drainCallbacks(): Promise<{ sleepMs: number | null }> {
    await wake.awake('retry-callbacks');
    const attempts = createAttemptPool(attempt, log);
    const until = performance.now() + DRAIN_MS;
    let lookedAt = performance.now();
    while (performance.now() < until) {
      const allowed = uplink.allowance();
      const claimed =
        allowed === Infinity ? await claimDueCallbacks(pool) : allowed > 0 ? await claimCanaries(pool, allowed) : [];
      attempts.launch(claimed);
      if (claimed.length > 0 && !uplink.down) continue;
      // Places are full: wait for an attempt to end.
      if (attempts.size > 0 && performance.now() - lookedAt < LOOK_FURTHER_MS) {
        await attempts.landed(LOOK_AGAIN_MS);
        continue;
      }
      lookedAt = performance.now();
      await reclaimDead(pool);
      const sleepMs = await untilNextDue(pool, 'callback');
      if (sleepMs === null || sleepMs > NEAR_MS) break;
      await attempts.landed(Math.min(sleepMs || LOOK_AGAIN_MS, LOOK_AGAIN_MS));
    }
    const sleepMs = await untilNextDue(pool, 'callback');
    return { sleepMs: sleepMs === null ? null : Math.max(0, sleepMs - NEAR_MS) };
  },
});
