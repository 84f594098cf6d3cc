import { alsaceMoselleHolidays, frenchHolidays } from './holidays.ts';
import { clockOf, type RecipientClock } from './recipient-zone.ts';
import { DAY_MS, HOUR_MS } from '../durations.ts';
import { instantOf, offsetMs } from '../zoned-time.ts';

export type QuietPreset = 'standard' | 'strict';

/** Hours for marketing by the recipient's clock. `restDays`: Sundays and public holidays are quiet too. */
const PRESETS: Record<QuietPreset, { from: number; to: number; restDays: boolean }> = {
  standard: { from: 8 * HOUR_MS, to: 21.5 * HOUR_MS, restDays: false },
  strict: { from: 8 * HOUR_MS, to: 20 * HOUR_MS, restDays: true },
};

const startOfDay = (wall: number): number => Math.floor(wall / DAY_MS) * DAY_MS;

function restDay(wall: number, zone: string, french: boolean): string | undefined {
  const date = new Date(wall);
  if (date.getUTCDay() === 0) return 'Dimanche';
  const day = date.toISOString().slice(5, 10);
  return french ? frenchHolidays(date.getUTCFullYear(), zone).find((holiday) => holiday.day === day)?.name : undefined;
}

/** The first permitted moment from `at` on in a zone. */
function nextIn(zone: string, at: number, french: boolean, preset: QuietPreset): number {
  const { from, to, restDays } = PRESETS[preset];
  const wall = at + offsetMs(at, zone);
  let day = startOfDay(wall);
  const isRest = () => restDays && restDay(day, zone, french) !== undefined;
  if (!isRest() && wall >= day + from && wall < day + to) return at;
  if (wall >= day + from) day += DAY_MS;
  while (isRest()) day += DAY_MS;
  return instantOf(day + from, zone).getTime();
}

const cached = new Map<string, number>();

/** How long marketing to a number must wait; 0: not at all. With several possible zones, until all permit it. */
export function quietWaitMs(phone: string, now: Date, preset: QuietPreset): number {
  const at = now.getTime();
  const { zones, french } = clockOf(phone);
  // Cached per minute: numbers of a zone share the result.
  const key = `${zones[0]} ${preset} ${Math.floor(at / 60_000)}`;
  let until = cached.get(key);
  if (until === undefined) {
    until = untilAll(zones, french, Math.floor(at / 60_000) * 60_000, preset);
    if (cached.size > 1000) cached.clear();
    cached.set(key, until);
  }
  return Math.max(0, until - at);
}

function untilAll(zones: readonly string[], french: boolean, from: number, preset: QuietPreset): number {
  let at = from;
  for (let round = 0; round < 10; round++) {
    const next = Math.max(...zones.map((zone) => nextIn(zone, at, french, preset)));
    if (next === at) return at;
    at = next;
  }
  return at;
}

/** `night` is outside the hours; the standard preset tolerates the others. */
export type QuietNote = { kind: 'night' | 'sunday' | 'holiday' | 'alsace-moselle'; name: string };

export function quietNotes(phone: string, at: Date, preset: QuietPreset): QuietNote[] {
  const found: RecipientClock = clockOf(phone);
  const notes = found.zones.flatMap((zone): QuietNote[] => {
    const wall = at.getTime() + offsetMs(at.getTime(), zone);
    const { from, to } = PRESETS[preset];
    const time = wall - startOfDay(wall);
    const rest = restDay(wall, zone, found.french);
    const day = new Date(wall).toISOString().slice(5, 10);
    const local = found.french && zone === 'Europe/Paris' ? alsaceMoselleHolidays(new Date(wall).getUTCFullYear()) : [];
    return [
      ...(time < from || time >= to ? [{ kind: 'night', name: zone } as const] : []),
      ...(rest === undefined ? [] : [{ kind: rest === 'Dimanche' ? 'sunday' : 'holiday', name: rest } as const]),
      ...local.filter((holiday) => holiday.day === day).map(({ name }) => ({ kind: 'alsace-moselle', name }) as const),
    ];
  });
  return notes.filter((note, index) => notes.findIndex((other) => other.kind === note.kind) === index);
}
