/**
 * Batches items while a commit is under way: no delay when idle, one commit for hundreds under load. `add` resolves with its
 * item's result.
 */
export function createBatcher<T, R>({
  maxSize,
  waitMs = 0,
  commit,
}: {
  maxSize: number;
  waitMs?: number;
  commit: (items: T[]) => Promise<R[]>;
}) {
  type Entry = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void };
  let waiting: Entry[] = [];
  let running = false;
  const idle: (() => void)[] = [];

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      if (waitMs > 0 && waiting.length < maxSize) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const page = waiting.slice(0, maxSize);
      waiting = waiting.slice(maxSize);
      try {
        const results = await commit(page.map((entry) => entry.item));
        for (const [index, entry] of page.entries()) {
          const result = results[index];
          if (result === undefined) entry.reject(new Error('The commit answered for fewer items than it was given'));
          else entry.resolve(result);
        }
      } catch (error) {
        for (const entry of page) entry.reject(error);
      }
    }
    running = false;
    for (const resolve of idle.splice(0)) resolve();
  }

  return {
    add(item: T): Promise<R> {
      return new Promise<R>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (running) return;
        running = true;
        setImmediate(() => void run());
      });
    },
    async drained(): Promise<void> {
      if (running) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}
