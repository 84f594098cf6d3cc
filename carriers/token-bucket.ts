/** Burst as a share of one second's: operators count per second and would throttle a full second's. */
const BURST = 0.05;

export type TokenBucket = ReturnType<typeof createTokenBucket>;

/** Passes `perSecond` evenly; null: no limit. `now`: monotonic clock, ms. */
export function createTokenBucket(perSecond: number | null, now: () => number = () => performance.now()) {
  if (perSecond === null) return { take: () => true, waitMs: () => 1 };
  const rate = perSecond;
  const capacity = Math.max(1, rate * BURST);
  let tokens = capacity;
  let filledAt = now();

  function fill(): void {
    const at = now();
    tokens = Math.min(capacity, tokens + ((at - filledAt) / 1000) * rate);
    filledAt = at;
  }

  return {
    take() {
      fill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    /** Milliseconds until one is free, at least 1. */
    waitMs() {
      fill();
      return Math.max(1, Math.ceil(((1 - tokens) / rate) * 1000));
    },
  };
}
