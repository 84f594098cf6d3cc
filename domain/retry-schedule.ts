/** Delays before each attempt, in ms; the first is before the first attempt. */
export type Schedule = readonly number[];

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

/** 13 attempts over 75.7 hours. */
export const CALLBACK_SCHEDULE: Schedule = [
  0,
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  12 * HOUR,
  24 * HOUR,
  24 * HOUR,
];
export const EMAIL_SCHEDULE: Schedule = [
  0,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  12 * HOUR,
  24 * HOUR,
];

const JITTER = 0.2;
const MOST_RETRY_AFTER_MS = 24 * HOUR;

type Past = {
  /** How many attempts have been made. */
  attempt: number;
  now: Date;
  /** What the receiver asked for: it raises the delay and never lowers it. */
  retryAfterMs?: number | null;
  /** From 0 up to 1. */
  random: () => number;
  schedule?: Schedule;
};

/** When the next attempt is due, ±20 %; null when the schedule is exhausted. */
export function nextAttempt({ attempt, now, retryAfterMs, random, schedule = CALLBACK_SCHEDULE }: Past): Date | null {
  const delay = schedule[attempt];
  if (delay === undefined) return null;
  const jittered = delay * (1 - JITTER + 2 * JITTER * random());
  return new Date(now.getTime() + Math.max(jittered, Math.min(retryAfterMs ?? 0, MOST_RETRY_AFTER_MS)));
}

/** A Retry-After header, seconds or a date, as ms from `now`; null when it is neither. */
export function readRetryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Math.min(Number(header) * SECOND, MOST_RETRY_AFTER_MS);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now.getTime()), MOST_RETRY_AFTER_MS);
}
