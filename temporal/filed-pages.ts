type Deps = {
  /** Whether the database says that a page is filed. Asked where this process may not hear of it: another one may file it. */
  isFiled: (ids: string[]) => Promise<boolean>;
};

const [ASK_MS, ASK_AT_MOST_MS] = [100, 500];
/** A page that takes longer waits for something else than this machine, or its worker is gone: others need not wait for it. */
const LONGEST_MS = 3000;

export type FiledPages = ReturnType<typeof createFiledPages>;

/** Knows when the page of a run is filed: at once if this process did it, otherwise soon, and never later than after three seconds. */
export function createFiledPages({ isFiled }: Deps) {
  const waiting = new Map<string, () => void>();
  let stopped = false;
  return {
    /** This process has dealt with a run's page, or can't for now. */
    taken: (runId: string): void => waiting.get(runId)?.(),

    /** Starts a run, and waits until its page is filed. */
    async start(runId: string, ids: string[], begin: () => Promise<unknown>): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const until = performance.now() + LONGEST_MS;
      let timer: NodeJS.Timeout | undefined;
      const ask = async (afterMs: number): Promise<void> => {
        if (performance.now() > until || (await isFiled(ids).catch(() => false))) resolve();
        else timer = setTimeout(() => void ask(Math.min(afterMs * 1.5, ASK_AT_MOST_MS)), afterMs);
      };
      waiting.set(runId, resolve);
      try {
        await begin();
        if (stopped) return;
        timer = setTimeout(() => void ask(ASK_MS), ASK_MS);
        await promise;
      } finally {
        clearTimeout(timer);
        waiting.delete(runId);
      }
    },

    /** From here on nothing is waited for. */
    stop(): void {
      stopped = true;
      for (const resolve of waiting.values()) resolve();
    },
  };
}
