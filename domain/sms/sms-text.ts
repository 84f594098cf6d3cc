import { decodeGsm7, encodeGsm7 } from './gsm7.ts';

/** `gsm7`: one octet a septet, as in SMPP; `ucs2`: UTF-16BE. */
export type TextEncoding = 'gsm7' | 'latin1' | 'ucs2' | 'utf8' | 'iso-8859-5' | 'iso-8859-8' | 'binary';

/**
 * Decodes a whole message; join parts first, or a split pair is lost. Never throws: an odd last octet of UCS-2 is dropped,
 * invalid UTF-8 becomes U+FFFD, `binary` becomes hexadecimal. The text may hold U+0000.
 */
export const decodeText = (body: Uint8Array, encoding: TextEncoding): string => DECODERS[encoding](body);

const DECODERS: Record<TextEncoding, (body: Uint8Array) => string> = {
  gsm7: decodeGsm7,
  latin1: decodeLatin1,
  ucs2: decodeUcs2,
  utf8: (body) => new TextDecoder().decode(body),
  'iso-8859-5': (body) => new TextDecoder('iso-8859-5').decode(body),
  'iso-8859-8': (body) => new TextDecoder('iso-8859-8').decode(body),
  binary: (body) => Array.from(body, (octet) => octet.toString(16).padStart(2, '0')).join(''),
};

/** Throws a RangeError that names the first character outside the encoding. */
export function encodeText(text: string, encoding: 'gsm7' | 'latin1' | 'ucs2'): Uint8Array {
  if (encoding === 'gsm7') return encodeGsm7(text);
  return encoding === 'latin1' ? encodeLatin1(text) : encodeUcs2(text);
}

function decodeLatin1(body: Uint8Array): string {
  let text = '';
  for (const octet of body) text += String.fromCharCode(octet);
  return text;
}

function decodeUcs2(body: Uint8Array): string {
  let text = '';
  for (let i = 0; i + 1 < body.length; i += 2) text += String.fromCharCode(((body[i] ?? 0) << 8) | (body[i + 1] ?? 0));
  // A leading byte order mark would hide a STOP.
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function encodeLatin1(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) throw new RangeError(`U+${unit.toString(16).toUpperCase()} at position ${i} is not in Latin-1.`);
    octets[i] = unit;
  }
  return octets;
}

function encodeUcs2(text: string): Uint8Array {
  const octets = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    octets[i * 2] = unit >> 8;
    octets[i * 2 + 1] = unit & 0xff;
  }
  return octets;
}
