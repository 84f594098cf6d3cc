/**
 * At most `most` jobs at once per name, first come first served. A waiting job holds a Temporal slot and nothing else: one
 * account's many campaigns do not fill the memory.
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
