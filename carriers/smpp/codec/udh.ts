/** esm_class bit: the message begins with a user data header. */
export const HAS_UDH = 0x40;

/** A part of a long message: `index` from 1 to `total`, joined by `reference` (8 or 16 bits). */
export type Part = { reference: number; total: number; index: number };

/** National language tables (3GPP 23.040 § 9.2.3.24.15 and 16): 0 is the default. */
type Shift = { locking: number; single: number };

/** Splits off the header, with its part and language tables. A header longer than the message counts as text. */
export function parseUdh(message: Buffer): { body: Buffer; part: Part | null; shift: Shift | null } {
  const end = 1 + (message[0] ?? 0);
  if (end > message.length) return { body: message, part: null, shift: null };
  let part: Part | null = null;
  const shift: Shift = { locking: 0, single: 0 };
  for (let at = 1; at + 2 <= end;) {
    const value = message.subarray(at + 2, Math.min(at + 2 + (message[at + 1] ?? 0), end));
    part ??= readConcatenation(message[at], value);
    if (message[at] === 0x24) shift.single = value[0] ?? 0;
    if (message[at] === 0x25) shift.locking = value[0] ?? 0;
    at += 2 + (message[at + 1] ?? 0);
  }
  return { body: message.subarray(end), part, shift: shift.locking + shift.single > 0 ? shift : null };
}

/** 05 00 03: reference modulo 256. */
export const udh8 = ({ reference, total, index }: Part): Buffer => Buffer.from([5, 0, 3, reference & 0xff, total, index]);

/** 06 08 04: reference modulo 65,536. */
export const udh16 = ({ reference, total, index }: Part): Buffer =>
  Buffer.from([6, 8, 4, (reference >> 8) & 0xff, reference & 0xff, total, index]);

/** Part numbers outside 1 to `total` are ignored (3GPP 23.040 § 9.2.3.24.1). */
export const isPart = ({ total, index }: Part): boolean => total > 0 && index > 0 && index <= total;

function readConcatenation(element: number | undefined, value: Buffer): Part | null {
  if (element === 0x00 && value.length === 3) {
    return valid({ reference: value.readUInt8(0), total: value.readUInt8(1), index: value.readUInt8(2) });
  }
  if (element === 0x08 && value.length === 4) {
    return valid({ reference: value.readUInt16BE(0), total: value.readUInt8(2), index: value.readUInt8(3) });
  }
  return null;
}

const valid = (part: Part): Part | null => (isPart(part) ? part : null);
