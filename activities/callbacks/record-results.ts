import type { Pool } from 'pg';
import { patientTransaction } from '../../database/sql.ts';
import { createBatcher } from '../batcher.ts';
import type { RunWaker } from '../wake-run.ts';
import { freeNext, type ConversationKey } from './conversation-order.ts';
import { recordEnded, type Ended } from './record-attempts.ts';
import { notifyHealthChange, updateEndpointHealth, type AttemptOutcome } from './update-endpoint-health.ts';

/** `tried`: what the endpoint's health learns of it; null where the fault was ours. `freed`: where the next one's turn comes. */
export type Recorded = { ended: Ended; tried: AttemptOutcome | null; freed: ConversationKey | null };
export type ResultRecorder = { record(result: Recorded): Promise<true>; wakeRetries(): void };

/** What fails one after the other wakes the run of retries so often at most. */
const WAKE_EVERY_MS = 500;

/** `onCallbacksDue`: called when callbacks came to be owed. */
type Deps = { pool: Pool; wake: RunWaker; onCallbacksDue: () => void };

/** Records attempts in groups, at most 50 ms late: a result gives its place back, so it never waits for a page's slowest endpoint. */
export function createResultRecorder({ pool, wake, onCallbacksDue }: Deps): ResultRecorder {
  const wakeRetries = paced(onCallbacksDue, WAKE_EVERY_MS);
  const group = createBatcher<Recorded, true>({
    maxSize: 500,
    waitMs: 10,
    async commit(results) {
      // Claims and what gives attempts back lock in another order: a collision must not lose a group's results.
      const told = await patientTransaction(pool, async (client) => {
        await recordEnded(
          client,
          results.map((each) => each.ended),
        );
        const freed = results.flatMap((each) => each.freed ?? []);
        const tracked = await updateEndpointHealth(
          client,
          results.flatMap((each) => each.tried ?? []),
          freed.map((each) => each.endpointId),
        );
        return { ...tracked, runs: [...tracked.runs, ...(await freeNext(client, freed))] };
      });
      await notifyHealthChange({ pool, wake }, told);
      // At once: whoever made the attempt may still wait for slower ones.
      if (results.some(({ ended }) => ended.state === 'retrying' || ended.heldReason === 'network')) wakeRetries();
      return results.map(() => true as const);
    },
  });
  return { record: (result) => group.add(result), wakeRetries };
}

/** `call` at once; asked for again too soon, once more later. */
function paced(call: () => void, everyMs: number): () => void {
  let last = -Infinity;
  let later: NodeJS.Timeout | undefined;
  const now = (): void => {
    later = undefined;
    last = performance.now();
    call();
  };
  return () => {
    if (later) return;
    const waitMs = last + everyMs - performance.now();
    if (waitMs > 0) later = setTimeout(now, waitMs).unref();
    else now();
  };
}
