import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALLBACK_SCHEDULE, EMAIL_SCHEDULE, faultOf, nextDelay, readRetryAfter } from '../../domain/callbacks/retry-schedule.ts';

const HOUR = 3_600_000;
const now = new Date('2026-11-24T12:00:00Z');
const attempts = fc.integer({ min: 1, max: CALLBACK_SCHEDULE.length - 1 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('callbacks are attempted 13 times over 75.7 hours, mails 11 times', () => {
  expect(CALLBACK_SCHEDULE).toHaveLength(13);
  expect(CALLBACK_SCHEDULE.reduce((sum, delay) => sum + delay, 0) / HOUR).toBeCloseTo(75.7, 1);
  expect(EMAIL_SCHEDULE).toHaveLength(11);
  expect(nextDelay({ attempt: 13, random: () => 0.5 })).toBeNull();
});

test('delays never shrink, and jitter is a fifth at most', () => {
  expect(CALLBACK_SCHEDULE.toSorted((a, b) => a - b)).toEqual(CALLBACK_SCHEDULE);
  fc.assert(
    fc.property(attempts, random, (attempt, dice) => {
      const delay = CALLBACK_SCHEDULE[attempt] ?? Number.NaN;
      const waited = nextDelay({ attempt, random: () => dice });
      expect(waited).toBeGreaterThanOrEqual(Math.floor(delay * 0.8));
      expect(waited).toBeLessThanOrEqual(Math.ceil(delay * 1.2));
    }),
  );
});

test('Retry-After raises a delay and never lowers it, by a day at most', () => {
  fc.assert(
    fc.property(attempts, random, fc.integer({ min: 0, max: 1000 * HOUR }), (attempt, dice, retryAfterMs) => {
      const without = nextDelay({ attempt, random: () => dice }) ?? Number.NaN;
      const asked = nextDelay({ attempt, random: () => dice, retryAfterMs });
      expect(asked).toBe(Math.max(without, Math.min(retryAfterMs, 24 * HOUR)));
    }),
  );
});

test.each([
  ['120', 120_000],
  [' 5 ', 5000],
  ['999999999999', 24 * HOUR],
  ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
  ['Tuesday, 24-Nov-26 12:00:30 GMT', 30_000],
  ['Tue Nov 24 12:00:30 2026', 30_000],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ['Sun, 24 Nov 2126 12:00:00 GMT', 24 * HOUR],
  ['later 2099', null],
  ['-5', null],
  ['1.5', null],
  ['', null],
  [undefined, null],
])('Retry-After: %s is %s ms', (header, expected) => {
  expect(readRetryAfter(header, now)).toBe(expected);
});

test.each([
  ['none at all', [], 'schedule-empty'],
  ['seventeen', Array.from({ length: 17 }, () => 1000), 'schedule-long'],
  ['a descending one', [0, 60_000, 30_000], 'schedule-falls'],
  ['eight days', [0, 8 * 24 * HOUR], 'schedule-week'],
  ['a negative one', [-1], 'schedule-whole'],
])('a schedule of an endpoint’s own is refused: %s', (_, schedule, code) => {
  expect(faultOf(schedule)?.code).toBe(code);
});

test('the standard schedules pass for an endpoint’s own, and so do sixteen delays over a week', () => {
  expect(faultOf(CALLBACK_SCHEDULE)).toBeNull();
  expect(faultOf([0, ...Array.from({ length: 15 }, () => (7 * 24 * HOUR) / 15)])).toBeNull();
});
