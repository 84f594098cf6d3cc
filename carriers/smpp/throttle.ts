/** The pause after "too fast": doubles each time it is said again after a pause, and is reset by an acceptance. */
export type Throttle = {
  hit(): void;
  /** A segment written at `writtenAt` was accepted. */
  relieved(writtenAt: number): void;
  /** Milliseconds left of the pause; 0 without one. */
  remainingMs(): number;
};

/** `now`: monotonic clock, ms. */
export function createThrottle(minMs: number, maxMs: number, now: () => number = () => performance.now()): Throttle {
  let delayMs = 0;
  let until = 0;
  const remainingMs = (): number => Math.max(0, Math.ceil(until - now()));

  return {
    hit() {
      // A whole window's answers count once.
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
