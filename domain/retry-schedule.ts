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

const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const TIME = '\\d{2}:\\d{2}:\\d{2}';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
/** The three forms of RFC 9110. `Date.parse` alone reads a year out of almost anything ("later 2099"). */
const HTTP_DATES = [
  new RegExp(`^${DAY}, \\d{2} ${MONTH} \\d{4} ${TIME} GMT$`),
  new RegExp(`^${DAY}[a-z]{3,6}, \\d{2}-${MONTH}-\\d{2} ${TIME} GMT$`),
  new RegExp(`^${DAY} ${MONTH} [ \\d]\\d ${TIME} \\d{4}$`),
];

/** A Retry-After header, seconds or a date, as ms from `now`, 24 h at most; null when it is neither. */
export function readRetryAfter(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * SECOND, MOST_RETRY_AFTER_MS);
  if (!HTTP_DATES.some((form) => form.test(text))) return null;
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now.getTime()), MOST_RETRY_AFTER_MS);
}
