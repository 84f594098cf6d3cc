import type { Logger } from 'pino';

type Deps = {
  /** Starts a run for a page; rejects when Temporal did not accept it. */
  start: (ids: string[]) => Promise<void>;
  /** How old the oldest id that no run has finished with is, in ms. Above a second, fewer and larger pages are started. */
  lagMs?: () => number;
  log: Logger;
  /** Most ids in a page; 1 gives each id its own run, unpaced. */
  pageSize: number;
};

const BURST = 4;
const STARTS_PER_SECOND = 10;
/** Ids kept in memory; what is more waits in the database for the sweep. */
const BOUND = 50_000;

/**
 * A surge is what arrives faster than it could be filed anyway. While it lasts, acknowledging it comes first, for at most so
 * long: a carrier that waits for its acknowledgements hangs up, and brings everything again.
 */
const SURGE_PER_SECOND = 1000;
const SURGE_LOOK_MS = 50;
const HOLD_MS = 3000;

export type BatchStarter = { add(ids: string[]): void; /** Starts what waits, at once. */ flush(): Promise<void> };

/**
 * Starts a run for what arrived together: the first at once, and after a burst of 4 at most 10 runs a second, each with
 * everything that came meanwhile. Paced by starts, not by runs under way: one slow endpoint would hold all the places.
 */
export function createBatchStarter({ start, lagMs = () => 0, log, pageSize }: Deps): BatchStarter {
  const waiting = new Set<string>();
  let tokens = BURST;
  let filledAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const surge = createSurge();
  const starting = new Set<Promise<void>>();

  const rate = (): number => (lagMs() > 1000 ? STARTS_PER_SECOND / 2 : STARTS_PER_SECOND);

  function refill(): void {
    const now = performance.now();
    tokens = Math.min(BURST, tokens + ((now - filledAt) / 1000) * rate());
    filledAt = now;
  }

  function startPage(): void {
    const size = pageSize > 1 && lagMs() > 1000 ? Math.max(pageSize, Math.min(1000, pageSize * 2)) : pageSize;
    const page = [...waiting].slice(0, size);
    for (const id of page) waiting.delete(id);
    const attempt: Promise<void> = start(page)
      .catch((error: unknown) =>
        log.warn({ err: error, waiting: page.length }, 'a run could not be started; the sweep starts it later'),
      )
      .finally(() => starting.delete(attempt));
    starting.add(attempt);
  }

  function pump(): void {
    clearTimeout(timer);
    timer = undefined;
    refill();
    if (pageSize > 1 && surge.holds()) {
      timer = setTimeout(pump, 20);
      return;
    }
    while (waiting.size > 0 && (tokens >= 1 || pageSize === 1)) {
      tokens = Math.max(0, tokens - 1);
      startPage();
    }
    if (waiting.size > 0) timer = setTimeout(pump, Math.ceil(((1 - tokens) / rate()) * 1000));
  }

  return {
    add(ids) {
      surge.saw(ids.length);
      for (const id of ids) if (waiting.size < BOUND) waiting.add(id);
      // What arrives in one turn of the event loop is one page.
      timer ??= setTimeout(pump, 0);
    },
    async flush() {
      clearTimeout(timer);
      timer = undefined;
      while (waiting.size > 0) startPage();
      await Promise.all(starting);
    },
  };
}

/** Whether ids come in a surge, by the last look, and have not for longer than it may hold. */
function createSurge() {
  let lookedAt = performance.now();
  let seen = 0;
  let since: number | null = null;

  function look(): void {
    const now = performance.now();
    if (now - lookedAt < SURGE_LOOK_MS) return;
    if (seen <= ((now - lookedAt) / 1000) * SURGE_PER_SECOND) since = null;
    else since ??= now;
    lookedAt = now;
    seen = 0;
  }

  return {
    saw(count: number): void {
      look();
      seen += count;
    },
    holds(): boolean {
      look();
      return since !== null && performance.now() - since < HOLD_MS;
    },
  };
}
