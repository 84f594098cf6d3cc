/** The pause after "too fast": it doubles each time the carrier still says so after one, and is forgotten when it takes something. */
export type Throttle = {
  hit(): void;
  /** A segment written at `writtenAt` was taken. */
  relieved(writtenAt: number): void;
  /** How much of the pause is left, in milliseconds; 0 when there is none. */
  remainingMs(): number;
};

/** `now` is a monotonic clock in milliseconds. */
export function createThrottle(minMs: number, maxMs: number, now: () => number = () => performance.now()): Throttle {
  let delayMs = 0;
  let until = 0;
  const remainingMs = (): number => Math.max(0, Math.ceil(until - now()));

  return {
    hit() {
      // A whole window comes back at once: it says the same thing once.
      if (remainingMs() > 0) return;
      delayMs = Math.min(maxMs, Math.max(minMs, delayMs * 2));
      until = now() + delayMs;
    },
    relieved(writtenAt) {
      if (writtenAt >= until) delayMs = 0;
    },
    remainingMs,
  };
}
