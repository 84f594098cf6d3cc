import { isGsm7 } from '../../domain/sms/gsm7.ts';
import { splitSegments } from '../../domain/sms/segments.ts';
import { encodeText } from '../../domain/sms/sms-text.ts';
import { toAddress } from '../../carriers/smpp/codec/address.ts';
import { HAS_UDH, udh8 } from '../../carriers/smpp/codec/udh.ts';
import { MESSAGE_DEFAULTS } from '../../carriers/smpp/codec/pdu.ts';
import type { ShortMessage } from '../../carriers/smpp/codec/pdu.ts';

/** A text as a phone sends it: GSM-7 where it can, UCS-2 where it must, one short message per segment. `reference` joins them. */
export function phoneMessages({ from, to, text }: { from: string; to: string; text: string }, reference: number): ShortMessage[] {
  const [encoding, dataCoding] = isGsm7(text) ? (['gsm7', 0] as const) : (['ucs2', 8] as const);
  const parts = splitSegments(text).map((part) => encodeText(part, encoding));
  const envelope = { ...MESSAGE_DEFAULTS, source: toAddress(from), destination: toAddress(to), dataCoding };
  return parts.map((octets, i) => {
    if (parts.length === 1) return { ...envelope, shortMessage: Buffer.from(octets) };
    const header = udh8({ reference, total: parts.length, index: i + 1 });
    return { ...envelope, esmClass: HAS_UDH, shortMessage: Buffer.concat([header, octets]) };
  });
}
