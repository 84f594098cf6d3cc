import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';

type Deps = {
  /** Starts a run for a page. Resolves when the page is through the gate; rejects when Temporal did not accept it. */
  start: (ids: string[], lagging: boolean) => Promise<void>;
  log: Logger;
  /** Most ids in a page; 1 gives each id its own run. */
  pageSize: number;
  /** How many may pass the gate at once: without a rest where it is more than one. */
  atOnce?: number;
};

/** How long the gate rests after a page, as a share of what that page took: the machine sets the pace. */
const REST = 0.5;
const LONGEST_REST_MS = 500;
/** Where each id has its own run, so many may be on their way through the gate at once, without a rest. */
const SINGLES_AT_ONCE = 32;
/** Ids kept in memory; what is more waits in the database for the sweep. */
const BOUND = 50_000;

export type BatchStarter = {
  add(ids: string[]): void;
  /** Whether more waits than the next page holds. */
  lagging(): boolean;
  /** Starts what waits, at once. */
  flush(): Promise<void>;
};

/**
 * Starts a run for what arrived together. A gate lets one page through at a time: the first at once, and the next, with
 * everything that came meanwhile, when that one is through and the gate has rested.
 */
export function createBatchStarter({ start, log, pageSize, atOnce = pageSize === 1 ? SINGLES_AT_ONCE : 1 }: Deps): BatchStarter {
  // Each with the trace in which it came: a page goes on with that of its first.
  const waiting = new Map<string, ReturnType<typeof AsyncLocalStorage.snapshot>>();
  const passing = new Set<Promise<void>>();
  let planned: NodeJS.Immediate | undefined;
  let stopped = false;

  async function pass(): Promise<void> {
    const page = [...waiting.keys()].slice(0, pageSize);
    const within = waiting.get(page[0] ?? '') ?? AsyncLocalStorage.snapshot();
    for (const id of page) waiting.delete(id);
    const from = performance.now();
    await within(() => start(page, waiting.size >= pageSize)).catch((error: unknown) =>
      log.warn({ err: error, waiting: page.length }, 'a run could not be started; the sweep starts it later'),
    );
    const restMs = Math.min((performance.now() - from) * REST, LONGEST_REST_MS);
    if (!stopped && atOnce === 1) await new Promise((resolve) => setTimeout(resolve, restMs));
  }

  function pump(): void {
    planned = undefined;
    while (waiting.size > 0 && (stopped || passing.size < atOnce)) {
      const page = pass().finally(() => {
        passing.delete(page);
        pump();
      });
      passing.add(page);
    }
  }

  return {
    add(ids) {
      const within = AsyncLocalStorage.snapshot();
      for (const id of ids) if (waiting.size < BOUND && !waiting.has(id)) waiting.set(id, within);
      // Ids that arrive in one turn of the event loop are one page.
      planned ??= setImmediate(pump);
    },
    lagging: () => waiting.size >= pageSize,
    async flush() {
      stopped = true;
      pump();
      await Promise.all(passing);
    },
  };
}
