import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';

type Deps = {
  /** Starts a page's run. Resolves when it is through the gate; rejects if Temporal refused it. */
  start: (ids: string[], lagging: boolean) => Promise<void>;
  log: Logger;
  /** Ids per page; 1 gives each its own run. */
  pageSize: number;
  /** Pages in the gate at once; above one without rest. */
  atOnce?: number;
};

/** Rest after a page, as a share of its time: the machine sets the pace. */
const REST = 0.5;
const LONGEST_REST_MS = 500;
/** Starts at once when each id has its own run, without rest. */
const SINGLES_AT_ONCE = 32;
/** Ids kept in memory; the sweep takes the rest from the database. */
const BOUND = 50_000;

/**
 * Starts one run for ids that arrive together. A gate admits one page at a time: the first at once, the next, with all that
 * arrived meanwhile, when it is through and the gate has rested.
 */
export function createBatchStarter({ start, log, pageSize, atOnce = pageSize === 1 ? SINGLES_AT_ONCE : 1 }: Deps) {
  // Each with its trace; a page continues its first one's.
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
    add(ids: string[]): void {
      const within = AsyncLocalStorage.snapshot();
      for (const id of ids) if (waiting.size < BOUND && !waiting.has(id)) waiting.set(id, within);
      // Ids of one event-loop turn form one page.
      planned ??= setImmediate(pump);
    },
    /** More waiting than one page holds. */
    lagging: () => waiting.size >= pageSize,
    async flush(): Promise<void> {
      stopped = true;
      pump();
      await Promise.all(passing);
    },
  };
}
