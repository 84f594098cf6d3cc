export type Throttle = ReturnType<typeof createThrottle>;

/**
 * The pause after "too fast": doubles each time it is said again after a pause, and is reset by an acceptance. `now`: monotonic
 * clock, ms.
 */
export function createThrottle(minMs: number, maxMs: number, now: () => number = () => performance.now()) {
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
    /** A segment written at `writtenAt` was accepted. */
    relieved(writtenAt: number) {
      if (writtenAt >= until) delayMs = 0;
    },
    /** Milliseconds left of the pause; 0 without one. */
    remainingMs,
  };
}
