import { decodeText } from '../../domain/sms/sms-text.ts';
import type { TextEncoding } from '../../domain/sms/sms-text.ts';
import { fromAddress } from '../../carriers/smpp/codec/address.ts';
import { HAS_UDH, parseUdh } from '../../carriers/smpp/codec/udh.ts';
import type { Part } from '../../carriers/smpp/codec/udh.ts';
import { TLV } from '../../carriers/smpp/codec/pdu.ts';
import type { SubmitSm } from '../../carriers/smpp/codec/pdu.ts';

/** A whole SMS as a phone would show it. `messageIds` has one id per segment, in the order of the text. */
export type SubmittedSms = {
  messageId: string;
  messageIds: string[];
  from: string;
  to: string;
  text: string;
  segments: number;
  /** How long it is to be tried, as it came. */
  validityPeriod: string;
  at: Date;
};

type Piece = { body: Buffer; messageId: string };

/** Reassembles submitted segments in any order. Incomplete messages are forgotten after the next 10,000. */
export function createInbox(): { take(pdu: SubmitSm, messageId: string): SubmittedSms | null } {
  const partial = new Map<string, (Piece | undefined)[]>();

  return {
    take(pdu, messageId) {
      const content = pdu.tlvs.get(TLV.messagePayload) ?? pdu.shortMessage;
      const { body, part } = pdu.esmClass & HAS_UDH ? parseUdh(content) : { body: content, part: sarPart(pdu) };
      const from = fromAddress(pdu.source);
      const to = fromAddress(pdu.destination);
      if (part === null || part.total === 1) return whole(from, to, pdu, [{ body, messageId }]);

      const key = `${from} ${to} ${part.reference} ${part.total}`;
      const pieces = partial.get(key) ?? [];
      pieces[part.index - 1] = { body: Buffer.from(body), messageId };
      partial.set(key, pieces);
      if (partial.size > 10_000) partial.delete(partial.keys().next().value ?? key);
      const present = pieces.filter((piece) => piece !== undefined);
      if (present.length < part.total) return null;
      partial.delete(key);
      return whole(from, to, pdu, present);
    },
  };
}

function whole(from: string, to: string, { dataCoding, validityPeriod }: SubmitSm, pieces: Piece[]): SubmittedSms {
  const text = decodeText(Buffer.concat(pieces.map(({ body }) => body)), ENCODINGS.get(dataCoding) ?? 'binary');
  const messageIds = pieces.map(({ messageId }) => messageId);
  return { messageId: messageIds[0] ?? '', messageIds, from, to, text, segments: pieces.length, validityPeriod, at: new Date() };
}

const ENCODINGS = new Map<number, TextEncoding>([
  [0, 'gsm7'],
  [1, 'latin1'],
  [3, 'latin1'],
  [8, 'ucs2'],
]);

function sarPart({ tlvs }: SubmitSm): Part | null {
  const reference = tlvs.get(TLV.sarReference);
  const total = tlvs.get(TLV.sarTotal)?.[0] ?? 0;
  const index = tlvs.get(TLV.sarIndex)?.[0] ?? 0;
  return reference?.length === 2 && index > 0 && index <= total ? { reference: reference.readUInt16BE(0), total, index } : null;
}
