import { instantOfParts } from '../../domain/zoned-time.ts';

/** YYMMDDhhmm[ss], or the year in full, in the zone given; null when it is no date. */
export function parseReceiptDate(text: string, timeZone: string): Date | null {
  for (const yearDigits of [2, 4]) {
    if (text.length !== yearDigits + 8 && text.length !== yearDigits + 10) continue;
    const year = Number(text.slice(0, yearDigits)) + (yearDigits === 2 ? 2000 : 0);
    const pairs = text.slice(yearDigits).match(/\d\d/g) ?? [];
    const at = instantOfParts([year, ...pairs.map(Number)], timeZone);
    if (at) return at;
  }
  return null;
}
