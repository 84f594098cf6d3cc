import type { CarrierEvents } from '../../carriers/carrier.ts';

/** Below so many at once nothing is made of it: a carrier's own window is small, or little comes. */
const LEAST = 20;
const PATIENCE_MS = 100;

/**
 * Replies and receipts wait their turn at the carrier: replies behind receipts, on the same bind. While as much is under way as
 * ever came at once, more waits there, and a campaign that goes on at full speed makes the queue longer. Sending therefore gives
 * way, turn by turn, to a commit of what came in.
 */
export function createInboundBackpressure() {
  let underWay = 0;
  let most = 0;
  let ready: (() => void) | undefined;

  const during = async <R>(work: Promise<R>): Promise<R> => {
    underWay++;
    most = Math.max(most, underWay);
    try {
      return await work;
    } finally {
      underWay--;
      if (underWay < most / 2) ready?.();
    }
  };

  return {
    watch: ({ onReply, onReceipt }: CarrierEvents): CarrierEvents => ({
      onReply: (reply) => during(onReply(reply)),
      onReceipt: (receipt) => during(onReceipt(receipt)),
    }),
    /** Resolves when half of what came is done with, at once when less than that is under way, and after 100 ms in any case. */
    async room(): Promise<void> {
      if (most < LEAST || underWay < most * 0.8) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PATIENCE_MS);
        ready = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      ready = undefined;
    },
  };
}
