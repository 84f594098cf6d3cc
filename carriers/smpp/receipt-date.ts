import { instantOfParts } from '../../domain/zoned-time.ts';

/** YYMMDDhhmm[ss], or with a four-digit year, in that zone; null if not a date. */
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
