import type { Logger } from 'pino';
import type { AttemptCallback } from './attempt-callback.ts';
import type { ClaimedCallback } from './claim-callbacks.ts';

/** Runs attempts beside one another and tells when any of them is over. */
export function createFleet(attempt: AttemptCallback, log: Logger) {
  const flying = new Set<Promise<unknown>>();
  return {
    launch(deliveries: ClaimedCallback[]): void {
      for (const delivery of deliveries) {
        const flight: Promise<unknown> = attempt(delivery)
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
    async landed(withinMs: number): Promise<void> {
      const timer = Promise.withResolvers<void>();
      const timeout = setTimeout(timer.resolve, withinMs);
      await Promise.race([...flying, timer.promise]);
      clearTimeout(timeout);
    },
    all: (): Promise<unknown> => Promise.all(flying),
  };
}
