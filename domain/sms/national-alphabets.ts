import { BASIC, decodeGsm7, EXTENSION } from './gsm7.ts';

// Turkish (1), Spanish (2) and Portuguese (3): 3GPP 23.038, annex A.

/** Differences from the default alphabet, by code. */
const LOCKING: Record<number, string> = {
  1: replaced({ 0x04: '€', 0x07: 'ı', 0x0b: 'Ğğ', 0x1c: 'Şş', 0x40: 'İ', 0x60: 'ç' }),
  3: replaced({
    0x04: 'ê',
    0x06: 'úíóç',
    0x0b: 'Ôô',
    0x0e: 'Áá',
    0x12: 'ªÇÀ∞^\\€Ó|',
    0x1c: 'ÂâÊ',
    0x24: 'º',
    0x40: 'Í',
    0x5b: 'ÃÕÚ',
    0x60: '~',
    0x7b: 'ãõ`',
  }),
};
/** After an escape, in addition to the default ones. */
const SINGLE: Record<number, ReadonlyMap<number, string>> = {
  1: extended({ 0x47: 'Ğ', 0x49: 'İ', 0x53: 'Ş', 0x63: 'ç', 0x67: 'ğ', 0x69: 'ı', 0x73: 'ş' }),
  2: extended({ 0x09: 'ç', 0x41: 'Á', 0x49: 'Í', 0x4f: 'Ó', 0x55: 'Ú', 0x61: 'á', 0x69: 'í', 0x6f: 'ó', 0x75: 'ú' }),
  3: extended({
    0x05: 'ê',
    0x09: 'ç',
    0x0b: 'Ôô',
    0x0e: 'Áá',
    0x12: 'ΦΓ',
    0x15: 'ΩΠΨΣΘ',
    0x1f: 'Ê',
    0x41: 'À',
    0x49: 'Í',
    0x4f: 'Ó',
    0x55: 'Ú',
    0x5b: 'ÃÕ',
    0x61: 'Â',
    0x69: 'í',
    0x6f: 'ó',
    0x75: 'ú',
    0x7b: 'ãõ',
    0x7f: 'â',
  }),
};

/** Decodes septets with a language header; unknown languages use the default alphabet. */
export const decodeNational = (octets: Uint8Array, { locking, single }: { locking: number; single: number }): string =>
  decodeGsm7(octets, LOCKING[locking] ?? BASIC, SINGLE[single] ?? EXTENSION);

function placed(runs: Record<number, string>): [number, string][] {
  return Object.entries(runs).flatMap(([from, run]) =>
    Array.from(run).map((character, i): [number, string] => [Number(from) + i, character]),
  );
}

function replaced(runs: Record<number, string>): string {
  const characters = Array.from(BASIC);
  for (const [code, character] of placed(runs)) characters[code] = character;
  return characters.join('');
}

function extended(runs: Record<number, string>): ReadonlyMap<number, string> {
  return new Map([...EXTENSION, ...placed(runs)]);
}
