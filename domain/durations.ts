/** Milliseconds. */
export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** So long a delivery that was given up may be asked for again, in days: replays and lifted suppressions look no further back. */
export const REPLAYED_DAYS = 30;
