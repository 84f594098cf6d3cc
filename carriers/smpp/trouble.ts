/** That many in a row are not a message's fault. */
const RUN = 10;
/** Shown that long after it ended: a check every minute still sees it. */
const SHOWN_MS = 70_000;

/** Detects a carrier that answers submission after submission with a trouble of its own. */
export type Trouble = {
  /** True when this makes it a run. */
  met(code: string): boolean;
  over(): void;
  lasts(): boolean;
  /** The last such answer, during a run and for a minute more. */
  shown(): string | null;
};

/** `now`: monotonic clock, ms. */
export function createTrouble(now: () => number = () => performance.now()): Trouble {
  let inARow = 0;
  let last: { code: string; at: number } | null = null;
  const lasts = (): boolean => inARow >= RUN;

  return {
    met(code) {
      inARow++;
      if (lasts()) last = { code, at: now() };
      return inARow === RUN;
    },
    over() {
      inARow = 0;
    },
    lasts,
    shown: () => (last !== null && (lasts() || now() - last.at < SHOWN_MS) ? last.code : null),
  };
}
