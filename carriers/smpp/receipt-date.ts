/** YYMMDDhhmm[ss], or the year in full, in the zone given; null when it is no date. */
export function parseReceiptDate(text: string, timeZone: string): Date | null {
  for (const yearDigits of [2, 4]) {
    const month = yearDigits;
    if (text.length !== month + 8 && text.length !== month + 10) continue;
    const year = Number(text.slice(0, yearDigits)) + (yearDigits === 2 ? 2000 : 0);
    const pairs = text.slice(month).match(/\d\d/g)?.map(Number) ?? [];
    const [mm = 0, dd = 0, hour = 0, minute = 0, second = 0] = pairs;
    if (mm < 1 || mm > 12 || dd < 1 || dd > 31 || hour > 23 || minute > 59 || second > 59) continue;
    return inZone(Date.UTC(year, mm - 1, dd, hour, minute, second), timeZone);
  }
  return null;
}

/** The instant at which the clocks of the zone show what `wallClock` is in UTC. */
function inZone(wallClock: number, timeZone: string): Date {
  if (timeZone === 'UTC') return new Date(wallClock);
  const guess = wallClock - offsetMs(wallClock, timeZone);
  // Near a clock change the offset at the guess is the right one.
  return new Date(wallClock - offsetMs(guess, timeZone));
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetMs(instant: number, timeZone: string): number {
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
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second')) - instant;
}
