import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { retryCollisions, patientTransaction } from '../../database/sql.ts';
import { createBatcher } from '../batcher.ts';
import type { RunWaker } from '../wake-run.ts';
import { freeNext, type ConversationKey } from './conversation-order.ts';
import { recordAndLook, recordEnded, type Ended } from './record-attempts.ts';
import { notifyHealthChange, updateEndpointHealth, type AttemptOutcome } from './update-endpoint-health.ts';

/** `tried`: outcome for the endpoint's health, null if the fault was ours. `freed`: conversation whose next reply may go. */
export type Recorded = { ended: Ended; tried: AttemptOutcome | null; freed: ConversationKey | null };
export type ResultRecorder = ReturnType<typeof createResultRecorder>;

const WAKE_EVERY_MS = 500;

const COUNT_MS = 5000;

type Deps = { pool: Pool; log: Logger; wake: RunWaker; onCallbacksDue: () => void };

/** A success that neither the endpoint's health nor another delivery waits for. */
const isPlain = ({ tried, freed }: Recorded): boolean => tried?.outcome === 'ok' && !tried.probe && freed === null;

/**
 * Records attempts in groups, at most 50 ms late. Plain successes are one statement and counted every few seconds; anything else
 * updates the endpoint's health at once.
 */
export function createResultRecorder({ pool, log, wake, onCallbacksDue }: Deps) {
  const wakeRetries = paced(onCallbacksDue, WAKE_EVERY_MS);
  let uncounted: AttemptOutcome[] = [];
  let counting: NodeJS.Timeout | undefined;

  async function recordPlain(results: Recorded[]): Promise<AttemptOutcome[]> {
    if (results.length === 0) return [];
    const tried = results.flatMap((each) => each.tried ?? []);
    const ended = results.map((each) => each.ended);
    const ids = [...new Set(tried.map((each) => each.endpointId))];
    const restless = await retryCollisions(() => recordAndLook(pool, ended, ids));
    uncounted.push(...tried.filter((each) => !restless.has(each.endpointId)));
    counting ??= setTimeout(() => void count(), COUNT_MS).unref();
    return tried.filter((each) => restless.has(each.endpointId));
  }

  /** Claims and given-back attempts lock in another order: a deadlock must not lose a group's results. */
  async function track(results: Recorded[], more: AttemptOutcome[]): Promise<void> {
    const told = await patientTransaction(pool, async (client) => {
      if (results.length > 0)
        await recordEnded(
          client,
          results.map((each) => each.ended),
        );
      const freed = results.flatMap((each) => each.freed ?? []);
      const tracked = await updateEndpointHealth(
        client,
        [...more, ...results.flatMap((each) => each.tried ?? [])],
        freed.map((each) => each.endpointId),
      );
      return { ...tracked, runs: [...tracked.runs, ...(await freeNext(client, freed))] };
    });
    await notifyHealthChange({ pool, wake }, told);
  }

  async function count(): Promise<void> {
    clearTimeout(counting);
    counting = undefined;
    const tried = uncounted.splice(0);
    if (tried.length === 0) return;
    await track([], tried).catch((error: unknown) => log.warn({ err: error }, 'some successes could not be counted'));
  }

  const group = createBatcher<Recorded, true>({
    maxSize: 500,
    waitMs: 10,
    async commit(results) {
      const more = await recordPlain(results.filter(isPlain));
      const others = results.filter((each) => !isPlain(each));
      if (others.length > 0 || more.length > 0) {
        // Count earlier successes first: the breaker opens by failure share.
        const here = new Set([...more, ...others.flatMap((each) => each.tried ?? [])].map((each) => each.endpointId));
        const before = uncounted.filter((each) => here.has(each.endpointId));
        uncounted = uncounted.filter((each) => !here.has(each.endpointId));
        await track(others, [...before, ...more]);
      }
      // At once: the sender may still wait for slower attempts.
      if (results.some(({ ended }) => ended.state === 'retrying' || ended.heldReason === 'network')) wakeRetries();
      return results.map(() => true as const);
    },
  });
  return {
    record: (result: Recorded): Promise<true> => group.add(result),
    wakeRetries,
    count,
  };
}

/** Calls at once, then at most once per interval. */
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
