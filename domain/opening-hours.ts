import { instantOf, offsetMs } from './zoned-time.ts';

/** 1 is Monday, 7 Sunday. Times of day as `HH:MM`; `to` may be `24:00`. */
export type Opening = { day: number; from: string; to: string };

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

const msOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
};
const weekday = (dayMs: number): number => ((new Date(dayMs).getUTCDay() + 6) % 7) + 1;

/** Since when it has been closed at that moment by the clocks of the zone; null while it is open, and where it never is. */
export function closedSince(hours: readonly Opening[], timeZone: string, at: Date): Date | null {
  const wall = at.getTime() + offsetMs(at.getTime(), timeZone);
  const today = Math.floor(wall / DAY_MS) * DAY_MS;
  const week = Array.from({ length: 8 }, (_, ago) => today - ago * DAY_MS);
  const openings = week.flatMap((day) =>
    hours.filter((each) => each.day === weekday(day)).map(({ from, to }) => ({ from: day + msOf(from), to: day + msOf(to) })),
  );
  if (openings.some(({ from, to }) => from <= wall && wall < to)) return null;
  const ended = openings.map(({ to }) => to).filter((to) => to <= wall);
  return ended.length === 0 ? null : instantOf(Math.max(...ended), timeZone);
}
