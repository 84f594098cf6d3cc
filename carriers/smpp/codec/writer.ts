import type { OutgoingPdu } from './pdu.ts';
import { encodedSize, encodeInto } from './encode.ts';

const SLAB = 65_536;

/** `done` gets an error if the octets were not written. */
type Write = (octets: Buffer, done: (error?: Error | null) => void) => void;

export type PduWriter = ReturnType<typeof createPduWriter>;

/** Gathers PDUs in one buffer, so that a hundred cost one write. Octets handed over are never overwritten. */
export function createPduWriter(write: Write) {
  let slab = Buffer.allocUnsafeSlow(SLAB);
  let start = 0;
  let end = 0;
  let scheduled = false;
  let waiting: (() => void)[] = [];

  function flush(): void {
    if (end === start) return;
    const octets = slab.subarray(start, end);
    const callbacks = waiting;
    start = end;
    waiting = [];
    write(octets, (error) => {
      if (!error) for (const written of callbacks) written();
    });
  }

  function makeRoom(size: number): void {
    if (slab.length - end >= size) return;
    flush();
    slab = Buffer.allocUnsafeSlow(Math.max(SLAB, size));
    start = 0;
    end = 0;
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      flush();
    });
  }

  return {
    /**
     * Encodes at once (throws a SmppError for a value that does not fit) and writes with the rest of this event-loop turn.
     * `written` is called once the system has the octets, never if writing failed.
     */
    pdu(pdu: OutgoingPdu, written?: () => void): void {
      makeRoom(encodedSize(pdu));
      end = encodeInto(slab, end, pdu);
      if (written) waiting.push(written);
      schedule();
    },
    /** Copies an encoded PDU under a new sequence number. */
    frame(frame: Buffer, sequence: number): void {
      makeRoom(frame.length);
      slab.set(frame, end);
      slab.writeUInt32BE(sequence, end + 12);
      end += frame.length;
      schedule();
    },
    flush,
  };
}
