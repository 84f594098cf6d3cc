/** How much of a second's share may leave at once: operators count per second, and a full second's burst would be throttled. */
const BURST = 0.05;

export type TokenBucket = {
  /** Takes one token, if there is one. */
  take(): boolean;
  /** How long until there is one, in milliseconds, at least 1. */
  waitMs(): number;
};

/** Lets `perSecond` of something pass, evenly; everything when it is null. `now` is a monotonic clock in milliseconds. */
export function createTokenBucket(perSecond: number | null, now: () => number = () => performance.now()): TokenBucket {
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
    waitMs() {
      fill();
      return Math.max(1, Math.ceil(((1 - tokens) / rate) * 1000));
    },
  };
}
