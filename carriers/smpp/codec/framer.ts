import type { Pdu } from './pdu.ts';
import { decodePdu } from './decode.ts';
import { MAX_PDU } from './encode.ts';

/** PDUs completed by a chunk. After a `fault` the stream is unusable. */
type Fed = { pdus: Pdu[]; fault: string | null };

export type Framer = { feed(chunk: Buffer): Fed };

/** Cuts a stream of octets into PDUs. */
export function createFramer(): Framer {
  let held: Buffer[] = [];
  let heldOctets = 0;
  // Octets needed for the next step: chunks are joined only then.
  let needed = 4;
  let fault: string | null = null;

  return {
    feed(chunk) {
      if (fault !== null) return { pdus: [], fault };
      held.push(chunk);
      heldOctets += chunk.length;
      if (heldOctets < needed) return { pdus: [], fault };

      const data = held.length === 1 ? chunk : Buffer.concat(held, heldOctets);
      const pdus: Pdu[] = [];
      let at = 0;
      needed = 4;
      while (data.length - at >= 4) {
        const length = data.readUInt32BE(at);
        if (length < 16 || length > MAX_PDU) {
          fault = `A PDU of ${length} octets: between 16 and ${MAX_PDU} are possible.`;
          break;
        }
        if (data.length - at < length) {
          needed = length;
          break;
        }
        pdus.push(decodePdu(data, at, at + length));
        at += length;
      }
      const rest = fault === null && at < data.length ? data.subarray(at) : null;
      held = rest ? [rest] : [];
      heldOctets = rest ? rest.length : 0;
      return { pdus, fault };
    },
  };
}
