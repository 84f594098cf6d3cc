import { instantOf, offsetMs } from '../zoned-time.ts';
import { DAY_MS, MINUTE_MS } from '../durations.ts';

/** 1 is Monday, 7 Sunday. Times as `HH:MM`; `to` may be `24:00`. */
export type Opening = { day: number; from: string; to: string };
/** Inclusive, as `YYYY-MM-DD`. */
export type DaysOff = { from: string; to: string };

/** Longest closure that is dated; longer ones begin there. */
const MOST_DAYS = 366;

const msOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
};
const weekday = (dayMs: number): number => ((new Date(dayMs).getUTCDay() + 6) % 7) + 1;
const nameOf = (dayMs: number): string => new Date(dayMs).toISOString().slice(0, 10);

/** Since when it is closed at that moment, in the zone; null while open, and if it never opens. */
export function closedSince(
  hours: readonly Opening[],
  timeZone: string,
  at: Date,
  isOff: (day: string) => boolean = () => false,
): Date | null {
  if (hours.length === 0) return null;
  const wall = at.getTime() + offsetMs(at.getTime(), timeZone);
  const today = Math.floor(wall / DAY_MS) * DAY_MS;
  for (let ago = 0; ago <= MOST_DAYS; ago++) {
    const day = today - ago * DAY_MS;
    const openings = isOff(nameOf(day)) ? [] : hours.filter((each) => each.day === weekday(day));
    if (openings.some(({ from, to }) => day + msOf(from) <= wall && wall < day + msOf(to))) return null;
    const ended = openings.map(({ to }) => day + msOf(to)).filter((to) => to <= wall);
    if (ended.length > 0) return instantOf(Math.max(...ended), timeZone);
  }
  return instantOf(today - MOST_DAYS * DAY_MS, timeZone);
}

export const within = (closed: readonly DaysOff[], day: string): boolean =>
  closed.some(({ from, to }) => from <= day && day <= to);
