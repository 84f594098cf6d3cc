/** So many in a row are no message's fault. */
const RUN = 10;
/** How long it is still shown when it is over: who looks every minute sees it too. */
const SHOWN_MS = 70_000;

/** Whether a carrier answers one submission after the other with a trouble of its own. */
export type Trouble = {
  /** It answered so once more; true when that makes it a run. */
  met(code: string): boolean;
  /** It answered otherwise. */
  over(): void;
  lasts(): boolean;
  /** The last such answer of a run, while it lasts and for a minute more. */
  shown(): string | null;
};

/** `now` is a monotonic clock in milliseconds. */
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
