import type Holidays from 'date-holidays';
import { DAY_MS } from '../durations.ts';

/** `YYYY-MM-DD`. */
export type PublicHoliday = { day: string; name: string };

/** The library treats overseas departments of France as countries. */
const OVERSEAS: Record<string, string> = {
  'America/Cayenne': 'GF',
  'America/Guadeloupe': 'GP',
  'America/Martinique': 'MQ',
  'Indian/Mayotte': 'YT',
  'Indian/Reunion': 'RE',
};

type Place = { country: string; timeZone: string };
const calendars = new Map<string, Holidays>();
const days = new Map<string, ReadonlySet<string>>();

async function calendarOf({ country, timeZone }: Place): Promise<Holidays> {
  const code = country === 'FR' ? (OVERSEAS[timeZone] ?? country) : country;
  const known = calendars.get(code);
  if (known) return known;
  // Thirty megabytes: loaded on use.
  const { default: Calendar } = await import('date-holidays');
  const calendar = new Calendar(code, { types: ['public'] });
  calendars.set(code, calendar);
  return calendar;
}

/** A year's national holidays; empty if the library has none. */
export async function publicHolidays(place: Place, year: number, language: 'fr' | 'en'): Promise<PublicHoliday[]> {
  const calendar = await calendarOf(place);
  const found = calendar.getHolidays(year, language).flatMap(({ date, start, end, name }) => {
    const first = Date.parse(`${date.slice(0, 10)}T00:00Z`);
    const count = Math.max(1, Math.round((end.getTime() - start.getTime()) / DAY_MS));
    return Array.from({ length: count }, (_, later) => ({
      day: new Date(first + later * DAY_MS).toISOString().slice(0, 10),
      name,
    }));
  });
  return found.toSorted((a, b) => a.day.localeCompare(b.day));
}

/** Returns whether a day of these years is a public holiday. */
export async function holidayTeller(place: Place, years: number[]): Promise<(day: string) => boolean> {
  const sets = await Promise.all(
    years.map(async (year) => {
      const key = `${place.country} ${place.timeZone} ${year}`;
      const known = days.get(key);
      if (known) return known;
      const set = new Set((await publicHolidays(place, year, 'en')).map(({ day }) => day));
      days.set(key, set);
      return set;
    }),
  );
  return (day) => sets.some((set) => set.has(day));
}
