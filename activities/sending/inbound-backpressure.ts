import type { CarrierEvents } from '../../carriers/carrier.ts';

/** With fewer at once there is no back-pressure. */
const LEAST = 20;
const PATIENCE_MS = 100;

/**
 * Replies and receipts share the bind, replies behind receipts. When as much is in progress as ever came at once, more waits at
 * the carrier, and full-speed sending lengthens that queue. Sending therefore yields, turn by turn, to a commit of what came in.
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
    /** Resolves when half is done, at once below the threshold, and after 100 ms at most. */
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
