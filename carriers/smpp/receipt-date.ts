import { instantOf } from '../../domain/zoned-time.ts';

/** YYMMDDhhmm[ss], or the year in full, in the zone given; null when it is no date. */
export function parseReceiptDate(text: string, timeZone: string): Date | null {
  for (const yearDigits of [2, 4]) {
    const month = yearDigits;
    if (text.length !== month + 8 && text.length !== month + 10) continue;
    const year = Number(text.slice(0, yearDigits)) + (yearDigits === 2 ? 2000 : 0);
    const pairs = text.slice(month).match(/\d\d/g)?.map(Number) ?? [];
    const [mm = 0, dd = 0, hour = 0, minute = 0, second = 0] = pairs;
    if (mm < 1 || mm > 12 || dd < 1 || dd > 31 || hour > 23 || minute > 59 || second > 59) continue;
    return instantOf(Date.UTC(year, mm - 1, dd, hour, minute, second), timeZone);
  }
  return null;
}
