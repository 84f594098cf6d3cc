import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../durations.ts';

/** Delays before each attempt, in ms; the first is before the first attempt. */
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
  /** How many attempts have been made. */
  attempt: number;
  /** What the receiver asked for: it raises the delay and never lowers it. */
  retryAfterMs?: number | null;
  /** From 0 up to 1. */
  random: () => number;
  schedule?: Schedule;
};

/**
 * How long until the next attempt, in ms, ±20 %; null when the schedule is exhausted. A length of time and no date: the database
 * adds it to its own clock, so that a process whose clock jumps loses no retry.
 */
export function nextDelay({ attempt, retryAfterMs, random, schedule = CALLBACK_SCHEDULE }: Past): number | null {
  const delay = schedule[attempt];
  if (delay === undefined) return null;
  const jittered = delay * (1 - JITTER + 2 * JITTER * random());
  return Math.round(Math.max(jittered, Math.min(retryAfterMs ?? 0, MOST_RETRY_AFTER_MS)));
}

export const MOST_DELAYS = 16;
export const LONGEST_SCHEDULE_MS = 7 * 24 * HOUR_MS;

/** What is wrong with a schedule that somebody chose, and what to do about it; null when it can be used. */
export function faultOf(schedule: Schedule): { problem: string; remedy: string } | null {
  if (schedule.length === 0) return { problem: 'has no delay', remedy: 'Send one delay for each attempt, the first one 0' };
  if (schedule.length > MOST_DELAYS) return { problem: `has ${schedule.length} delays`, remedy: `Send ${MOST_DELAYS} at most` };
  if (schedule.some((delay) => !Number.isInteger(delay) || delay < 0))
    return { problem: 'has a delay that is negative or no whole number', remedy: 'Send whole seconds from 0 up' };
  const falls = schedule.findIndex((delay, index) => delay < (schedule[index - 1] ?? 0));
  if (falls > 0)
    return { problem: `falls at delay ${falls + 1}`, remedy: 'Let each delay be as long as the one before, or longer' };
  if (schedule.reduce((sum, delay) => sum + delay, 0) > LONGEST_SCHEDULE_MS)
    return { problem: 'takes longer than 7 days', remedy: 'Let the delays add up to 7 days at most' };
  return null;
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
  if (/^\d+$/.test(text)) return Math.min(Number(text) * SECOND_MS, MOST_RETRY_AFTER_MS);
  if (!HTTP_DATES.some((form) => form.test(text))) return null;
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.min(Math.max(0, at - now.getTime()), MOST_RETRY_AFTER_MS);
}
