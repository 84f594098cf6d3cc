import { gsm7Length, notInGsm7, septetsOf } from './gsm7.ts';

export const MAX_SEGMENTS = 8;

/** Units per single message and per part: septets for GSM-7, UTF-16 units for UCS-2. */
const ROOM = { gsm7: { alone: 160, part: 153 }, ucs2: { alone: 70, part: 67 } } as const;

const SURROGATE = /[\ud800-\udfff]/;

export type SegmentEncoding = keyof typeof ROOM;

/** `units`: septets or UTF-16 units. `forcing`: the characters that made it UCS-2, once each, in order. */
export type SegmentCount = { encoding: SegmentEncoding; units: number; segments: number; forcing: string[] };

/** An empty text is one segment. */
export function countSegments(text: string): SegmentCount {
  const septets = gsm7Length(text);
  if (septets !== null) return { encoding: 'gsm7', units: septets, segments: segmentsOf(text, 'gsm7', septets), forcing: [] };
  return { encoding: 'ucs2', units: text.length, segments: segmentsOf(text, 'ucs2', text.length), forcing: notInGsm7(text) };
}

export const roomOf = ({ encoding, segments }: Pick<SegmentCount, 'encoding' | 'segments'>): number =>
  segments === 1 ? ROOM[encoding].alone : segments * ROOM[encoding].part;

/**
 * The parts of a text, never splitting an extension character or surrogate pair. `encoding`: for carriers that need a certain
 * one; GSM-7 needs a GSM-7 text. `wide`: seven octets of header, one unit less.
 */
export function splitSegments(text: string, encoding?: SegmentEncoding, wide = false): string[] {
  const septets = gsm7Length(text);
  const chosen = encoding ?? (septets === null ? 'ucs2' : 'gsm7');
  const units = chosen === 'gsm7' ? (septets ?? text.length) : text.length;
  if (units <= ROOM[chosen].alone) return [text];
  const ends = partEnds(text, chosen, wide ? 1 : 0);
  return ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
}

function segmentsOf(text: string, encoding: SegmentEncoding, units: number): number {
  const { alone, part } = ROOM[encoding];
  if (units <= alone) return 1;
  // Every unit is one character: no part ends early.
  const even = encoding === 'gsm7' ? units === text.length : !SURROGATE.test(text);
  if (even) return Math.ceil(units / part);
  return partEnds(text, encoding).length;
}

function partEnds(text: string, encoding: SegmentEncoding, less = 0): number[] {
  const room = ROOM[encoding].part - less;
  const ends: number[] = [];
  let used = 0;
  for (let i = 0; i < text.length;) {
    const pair = encoding === 'ucs2' && isPair(text, i);
    const units = encoding === 'gsm7' ? septetsOf(text.charCodeAt(i)) || 1 : pair ? 2 : 1;
    if (used + units > room) {
      ends.push(i);
      used = 0;
    }
    used += units;
    i += pair ? 2 : 1;
  }
  ends.push(text.length);
  return ends;
}

function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}
