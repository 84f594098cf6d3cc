/** That many in a row are not a message's fault. */
const RUN = 10;
/** Shown that long after it ended: a check every minute still sees it. */
const SHOWN_MS = 70_000;

export type Trouble = ReturnType<typeof createTrouble>;

/** Detects a carrier that answers submission after submission with a trouble of its own. `now`: monotonic clock, ms. */
export function createTrouble(now: () => number = () => performance.now()) {
  let inARow = 0;
  let last: { code: string; at: number } | null = null;
  const lasts = (): boolean => inARow >= RUN;

  return {
    /** True when this makes it a run. */
    met(code: string): boolean {
      inARow++;
      if (lasts()) last = { code, at: now() };
      return inARow === RUN;
    },
    over() {
      inARow = 0;
    },
    lasts,
    /** The last such answer, during a run and for a minute more. */
    shown: (): string | null => (last !== null && (lasts() || now() - last.at < SHOWN_MS) ? last.code : null),
  };
}
