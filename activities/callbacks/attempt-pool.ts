import type { Logger } from 'pino';
import type { AttemptCallback } from './attempt-callback.ts';
import type { ClaimedCallback } from './claim-callbacks.ts';

export function createAttemptPool(attempt: AttemptCallback, log: Logger) {
  const flying = new Set<Promise<unknown>>();
  const ends = new Map<string, number>();
  return {
    launch(deliveries: ClaimedCallback[]): void {
      for (const delivery of deliveries) {
        const flight: Promise<unknown> = attempt(delivery)
          .then((state) => ends.set(state, this.ended(state) + 1))
          .catch((error: unknown) =>
            log.error({ err: error, deliveryId: delivery.id }, 'an attempt could not be recorded; its lease runs out'),
          )
          .finally(() => flying.delete(flight));
        flying.add(flight);
      }
    },
    get size() {
      return flying.size;
    },
    ended: (state: string): number => ends.get(state) ?? 0,
    /** Resolves when an attempt ends, or after `withinMs`. */
    landed: (withinMs: number): Promise<void> => first([...flying], withinMs),
    all: (): Promise<unknown> => Promise.all(flying),
    allLanded: (withinMs: number): Promise<void> => first([Promise.all(flying)], withinMs),
  };
}

async function first(flights: Promise<unknown>[], withinMs: number): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, withinMs);
  await Promise.race([...flights, timer.promise]);
  clearTimeout(timeout);
}
