const ESCAPE = 0x1b;
const NOT_GSM7 = 0xffff;

/** GSM 03.38 default alphabet in code order (3GPP 23.038 § 6.2.1). The escape's place is unused. */
export const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
  ' !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmnopqrstuvwxyzäöñüà';

/** After an escape (§ 6.2.1.1). */
export const EXTENSION: ReadonlyMap<number, string> = new Map([
  [0x0a, '\f'],
  [0x14, '^'],
  [0x28, '{'],
  [0x29, '}'],
  [0x2f, '\\'],
  [0x3c, '['],
  [0x3d, '~'],
  [0x3e, ']'],
  [0x40, '|'],
  [0x65, '€'],
]);

/** UTF-16 unit to code; above 0x7F the high octet is the escape. '€' is the highest unit. */
const CODES = new Uint16Array('€'.charCodeAt(0) + 1).fill(NOT_GSM7);
for (let code = 0; code < BASIC.length; code++) if (code !== ESCAPE) CODES[BASIC.charCodeAt(code)] = code;
for (const [code, character] of EXTENSION) CODES[character.charCodeAt(0)] = (ESCAPE << 8) | code;

/** Septets of a text, two for each of `^ { } \ [ ] ~ | €`; null outside the alphabet. */
export function gsm7Length(text: string): number | null {
  let septets = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = CODES[text.charCodeAt(i)] ?? NOT_GSM7;
    if (code === NOT_GSM7) return null;
    if (code > 0x7f) septets++;
  }
  return septets;
}

export const isGsm7 = (text: string): boolean => gsm7Length(text) !== null;

/** Characters outside the alphabet, each once, in order. */
export function notInGsm7(text: string): string[] {
  const found = new Set<string>();
  for (let i = 0; i < text.length; i++) {
    if ((CODES[text.charCodeAt(i)] ?? NOT_GSM7) !== NOT_GSM7) continue;
    const character = String.fromCodePoint(text.codePointAt(i) ?? 0);
    found.add(character);
    i += character.length - 1;
  }
  return [...found];
}

/** Septets of a UTF-16 unit; 0 outside the alphabet. */
export function septetsOf(unit: number): 0 | 1 | 2 {
  const code = CODES[unit] ?? NOT_GSM7;
  if (code === NOT_GSM7) return 0;
  return code > 0x7f ? 2 : 1;
}

/** One octet a septet, as in SMPP. Throws a RangeError that names a character outside the alphabet. */
export function encodeGsm7(text: string): Uint8Array {
  const octets = new Uint8Array(text.length * 2);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = CODES[text.charCodeAt(i)] ?? NOT_GSM7;
    if (code === NOT_GSM7) {
      const point = (text.codePointAt(i) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      throw new RangeError(`U+${point} at position ${i} is not in the GSM 03.38 alphabet: send this text as UCS-2.`);
    }
    if (code > 0x7f) octets[length++] = ESCAPE;
    octets[length++] = code & 0x7f;
  }
  return octets.subarray(0, length);
}

/**
 * Reads any octets, never throws. By the standard an escape before a code without extension gives the basic character, and a lone
 * or doubled escape a space. Octets above 0x7F are read as Latin-1, which carriers that send them mean. `basic` and `extensions`:
 * another language's.
 */
export function decodeGsm7(octets: Uint8Array, basic = BASIC, extensions = EXTENSION): string {
  let text = '';
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] ?? 0;
    if (octet > 0x7f) text += octet < 0xa0 ? '\ufffd' : String.fromCharCode(octet);
    else if (octet !== ESCAPE) text += basic.charAt(octet);
    else {
      const next = octets[i + 1];
      const extension = next === undefined ? undefined : extensions.get(next);
      if (extension !== undefined) {
        text += extension;
        i++;
      } else if (next === undefined || next === ESCAPE) {
        text += ' ';
        i++;
      }
    }
  }
  return text;
}
