import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../durations.ts';

import { flaw, type Flaw } from '../problems/said.ts';
/** Delays before each attempt, the first included. */
export type Schedule = readonly number[];

/** 13 attempts over 75.7 hours. */
export const CALLBACK_SCHEDULE: Schedule = [
  0,
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  24 * HOUR_MS,
];
export const EMAIL_SCHEDULE: Schedule = [
  0,
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
];

const JITTER = 0.2;
const MOST_RETRY_AFTER_MS = 24 * HOUR_MS;

type Past = {
  /** Attempts made. */
  attempt: number;
  /** The receiver's Retry-After; it can only lengthen the delay. */
  retryAfterMs?: number | null;
  /** In [0, 1). */
  random: () => number;
  schedule?: Schedule;
};

/**
 * Delay until the next attempt, ±20 %; null when exhausted. A duration added to the database's clock, so that a process clock
 * that jumps loses no retry.
 */
export function nextDelay({ attempt, retryAfterMs, random, schedule = CALLBACK_SCHEDULE }: Past): number | null {
  const delay = schedule[attempt];
  if (delay === undefined) return null;
  const jittered = delay * (1 - JITTER + 2 * JITTER * random());
  return Math.round(Math.max(jittered, Math.min(retryAfterMs ?? 0, MOST_RETRY_AFTER_MS)));
}

export const MOST_DELAYS = 16;
export const LONGEST_SCHEDULE_MS = 7 * 24 * HOUR_MS;

/** Null for a valid schedule. */
export function faultOf(schedule: Schedule): Flaw | null {
  if (schedule.length === 0) return flaw('schedule-empty');
  if (schedule.length > MOST_DELAYS) return flaw('schedule-long', { n: schedule.length, most: MOST_DELAYS });
  if (schedule.some((delay) => !Number.isInteger(delay) || delay < 0)) return flaw('schedule-whole');
  const falls = schedule.findIndex((delay, index) => delay < (schedule[index - 1] ?? 0));
  if (falls > 0) return flaw('schedule-falls', { n: falls + 1 });
  return schedule.reduce((sum, delay) => sum + delay, 0) > LONGEST_SCHEDULE_MS ? flaw('schedule-week') : null;
}

const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const TIME = '\\d{2}:\\d{2}:\\d{2}';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
/** RFC 9110's three forms; `Date.parse` alone finds a year in almost anything ("later 2099"). */
const HTTP_DATES = [
  new RegExp(`^${DAY}, \\d{2} ${MONTH} \\d{4} ${TIME} GMT$`),
  new RegExp(`^${DAY}[a-z]{3,6}, \\d{2}-${MONTH}-\\d{2} ${TIME} GMT$`),
  new RegExp(`^${DAY} ${MONTH} [ \\d]\\d ${TIME} \\d{4}$`),
];

/** A Retry-After header as ms from `now`, at most 24 h; null when malformed. */
export function readRetryAfter(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * SECOND_MS, MOST_RETRY_AFTER_MS);
  if (!HTTP_DATES.some((form) => form.test(text))) return null;
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now.getTime()), MOST_RETRY_AFTER_MS);
}
