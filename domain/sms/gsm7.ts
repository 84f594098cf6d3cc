const ESCAPE = 0x1b;
const NOT_GSM7 = 0xffff;

/** GSM 03.38, the default alphabet in the order of its codes (3GPP 23.038 § 6.2.1). The place of the escape is never looked at. */
export const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
  ' !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmnopqrstuvwxyzäöñüà';

/** Characters after an escape (§ 6.2.1.1). */
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

/** From a UTF-16 unit to its code; above 0x7F the high octet is the escape. '€' is the highest unit that has one. */
const CODES = new Uint16Array('€'.charCodeAt(0) + 1).fill(NOT_GSM7);
for (let code = 0; code < BASIC.length; code++) if (code !== ESCAPE) CODES[BASIC.charCodeAt(code)] = code;
for (const [code, character] of EXTENSION) CODES[character.charCodeAt(0)] = (ESCAPE << 8) | code;

/** How many septets the text takes, two for each of `^ { } \ [ ] ~ | €`; null when a character is not in the alphabet. */
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

/** The characters that are not in the alphabet, a surrogate pair as one, each once, in the order of the text. */
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

/** How many septets one UTF-16 unit takes: 1 or 2, or 0 when it is not in the alphabet. */
export function septetsOf(unit: number): 0 | 1 | 2 {
  const code = CODES[unit] ?? NOT_GSM7;
  if (code === NOT_GSM7) return 0;
  return code > 0x7f ? 2 : 1;
}

/** One octet a septet, as SMPP carries it. Throws a RangeError that names the character: ask `isGsm7` first. */
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
 * Reads any octets, never throws. An escape before a code without an extension gives that code's basic character, as the
 * standard says, and one that nothing (or another escape) follows a space. An octet above 0x7F can't be a septet:
 * it is read as Latin-1, which is what a carrier that sends one means. `basic` and `extension`: of another language.
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
