import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../domain/sending/reason.ts';
import { DatabaseUnusable } from './migrate.ts';
import { isUnreachable } from './sql.ts';

const WAIT_MS = 120_000;
const AGAIN_MS = 1000;
const SAY_EVERY = 10;

type Log = { warn: (fields: object, line: string) => void };

/**
 * Runs start-up work, retrying for two minutes while PostgreSQL refuses connections (starting, full or away). Exiting at once
 * would only cause a restart loop.
 */
export async function patiently<T>(work: () => Promise<T>, log: Log, waitMs = WAIT_MS): Promise<T> {
  const end = performance.now() + waitMs;
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      const reason = reasonOf(error);
      const left = Math.round((end - performance.now()) / 1000);
      if (left <= 0)
        throw new DatabaseUnusable(`PostgreSQL took no connection for ${Math.round(waitMs / 1000)} s: ${reason}`, {
          cause: error,
        });
      if (tries % SAY_EVERY === 0) log.warn({ reason }, `PostgreSQL takes no connection: waiting for it, ${left} s at most`);
      await sleep(AGAIN_MS);
    }
  }
}
