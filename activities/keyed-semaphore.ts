/**
 * At most `most` pieces of work at once for each name; more wait, in order. What waits holds a place of Temporal's and nothing
 * else: an account that sends many campaigns at once does not fill the memory with their batches.
 */
export function createKeyedSemaphore(most: number) {
  const busy = new Map<string, { running: number; waiting: (() => void)[] }>();
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const place = busy.get(name) ?? { running: 0, waiting: [] };
    busy.set(name, place);
    if (place.running >= most) await new Promise<void>((resolve) => place.waiting.push(resolve));
    else place.running++;
    try {
      return await work();
    } finally {
      const next = place.waiting.shift();
      if (next) next();
      else if (--place.running === 0) busy.delete(name);
    }
  };
}
