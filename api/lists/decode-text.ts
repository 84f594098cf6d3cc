import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import type { ListGuess } from '../../database/campaigns/list-import.ts';
import { flaw } from '../../domain/problems/said.ts';
import { listFault } from './list-fault.ts';

type Encoding = NonNullable<ListGuess['encoding']>;

/** Enough to recognise UTF-16. */
const LOOKED_AT = 4;

/**
 * Decodes text of any length and tells its encoding: UTF-8 until a byte says otherwise, since ASCII reads the same in both.
 * Throws for text that is UTF-8 only in part.
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>, tell: (encoding: Encoding) => void): AsyncGenerator<string> {
  const other: { decoder: TextDecoder | null } = { decoder: null };
  let waiting: Uint8Array = new Uint8Array();
  let isBegun = false;
  let isBeyondAscii = false;
  const use = (encoding: Encoding): TextDecoder => {
    tell(encoding);
    other.decoder = new TextDecoder(encoding, { fatal: true });
    return other.decoder;
  };
  tell('utf-8');

  function read(bytes: Uint8Array, isLast: boolean): string {
    const end = isLast ? bytes.length : bytes.length - cutOff(bytes);
    const whole = bytes.subarray(0, end);
    if (isUtf8(whole)) {
      waiting = bytes.subarray(end);
      isBeyondAscii ||= !isAscii(whole);
      return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8');
    }
    if (isBeyondAscii) throw listFault(flaw('list-utf8'));
    return use('windows-1252').decode(bytes, { stream: !isLast });
  }

  try {
    for await (const chunk of chunks) {
      if (other.decoder !== null) {
        yield other.decoder.decode(chunk, { stream: true });
        continue;
      }
      const bytes = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      if (!isBegun && bytes.length < LOOKED_AT) {
        waiting = bytes;
        continue;
      }
      const wide = isBegun ? null : wideOf(bytes);
      isBegun = true;
      yield wide === null ? read(bytes, false) : use(wide).decode(bytes, { stream: true });
    }
    yield other.decoder === null ? read(waiting, true) : other.decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? listFault(flaw('list-utf8')) : error;
  }
}

/** By byte order mark, or by the zero half of Latin letters. */
function wideOf([a, b, c, d]: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if ((a === 0xff && b === 0xfe) || (b === 0 && d === 0)) return 'utf-16le';
  return (a === 0xfe && b === 0xff) || (a === 0 && c === 0) ? 'utf-16be' : null;
}

/** Bytes at the end that begin an incomplete character. */
function cutOff(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
