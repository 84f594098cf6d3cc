type Deps = {
  /** Whether the database has the page as filed, perhaps by another process. */
  isFiled: (ids: string[]) => Promise<boolean>;
};

const [ASK_MS, ASK_AT_MOST_MS] = [100, 500];
/** A slower page waits for something else, or its worker died: the next need not wait. */
const LONGEST_MS = 3000;

export type FiledPages = ReturnType<typeof createFiledPages>;

/** Knows when a run's page is filed: at once in this process, by polling otherwise, and after three seconds at most. */
export function createFiledPages({ isFiled }: Deps) {
  const waiting = new Map<string, () => void>();
  let stopped = false;
  return {
    /** This process has filed a run's page, or can't now. */
    taken: (runId: string): void => waiting.get(runId)?.(),

    /** Starts a run and waits until its page is filed. */
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

    stop(): void {
      stopped = true;
      for (const resolve of waiting.values()) resolve();
    },
  };
}
