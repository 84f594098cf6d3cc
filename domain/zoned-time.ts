import { HOUR_MS } from './durations.ts';

/** The instant when the zone's clocks show `wallClockMs` (as UTC); the first of two at the end of summer time. */
export function instantOf(wallClockMs: number, timeZone: string): Date {
  if (timeZone === 'UTC') return new Date(wallClockMs);
  const guess = wallClockMs - offsetMs(wallClockMs, timeZone);
  // Near a clock change the offset at the guess holds; for a repeated hour, the earlier one.
  const before = wallClockMs - offsetMs(guess - HOUR_MS, timeZone);
  if (before < guess && offsetMs(before, timeZone) === wallClockMs - before) return new Date(before);
  return new Date(wallClockMs - offsetMs(guess, timeZone));
}

/** The same from year, month, day, hour, minute, second; null for an invalid date. */
export function instantOfParts([year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: number[], timeZone: string) {
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 59;
  return isDate ? instantOf(Date.UTC(year, month - 1, day, hour, minute, second), timeZone) : null;
}

/** The zone's lead over UTC at an instant. */
export function offsetMs(instantMs: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
  const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const wholeSeconds = Math.floor(instantMs / 1000) * 1000;
  return Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second')) - wholeSeconds;
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();
