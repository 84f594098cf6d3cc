import type { InboundReply } from '../carrier.ts';
import { decodeNational } from '../../domain/sms/national-alphabets.ts';
import { encodeText, type TextEncoding } from '../../domain/sms/sms-text.ts';
import { fromAddress } from './codec/address.ts';
import { HAS_UDH, isPart, parseUdh } from './codec/udh.ts';
import type { Part } from './codec/udh.ts';
import { TLV } from './codec/pdu.ts';
import type { Brought, Tlvs } from './codec/pdu.ts';
import type { SmppSettings } from './settings.ts';

/** A message from a phone. SMPP has no id and no time for it: `receivedAt` is ours. */
export function toReply(pdu: Brought, settings: SmppSettings, now: Date): InboundReply {
  const content = pdu.tlvs.get(TLV.messagePayload) ?? pdu.shortMessage;
  const { body, part, shift } = pdu.esmClass & HAS_UDH ? parseUdh(content) : { body: content, part: null, shift: null };
  const encoding = encodingOf(pdu.dataCoding, settings);
  return {
    externalId: null,
    from: fromAddress(pdu.source),
    to: fromAddress(pdu.destination),
    // Decoded here if its header names a national table. Otherwise copied: the PDU is a view of a whole socket chunk, which must
    // not live as long as the reply.
    ...(shift && encoding === 'gsm7'
      ? { body: encodeText(decodeNational(body, shift), 'ucs2'), encoding: 'ucs2' }
      : { body: Uint8Array.from(body), encoding }),
    part: manyParts(part ?? sarPart(pdu.tlvs)),
    receivedAt: now,
    precision: 'ours',
  };
}

const CODINGS = new Map<number, TextEncoding>([
  [1, 'latin1'],
  [3, 'latin1'],
  [6, 'iso-8859-5'],
  [7, 'iso-8859-8'],
]);

/** Meaning of data_coding: the carrier's own values first, then § 5.2.19 and the GSM classes. */
export function encodingOf(dataCoding: number, { dataCoding: own, defaultAlphabet, eightBit }: SmppSettings): TextEncoding {
  if (dataCoding === 0) return defaultAlphabet;
  if (dataCoding === own.ucs2) return 'ucs2';
  if (dataCoding === own.latin1) return 'latin1';
  if (dataCoding === own.gsm7) return 'gsm7';
  const known = CODINGS.get(dataCoding);
  if (known) return known;
  // 0x10–0x1F: the same alphabets with a class (0x10: flash). 0xF0–0xFF: bit 2 marks data.
  if (dataCoding === 0x08 || (dataCoding & 0xfc) === 0x18) return 'ucs2';
  if ((dataCoding & 0xfc) === 0x10 || (dataCoding & 0xf4) === 0xf0) return 'gsm7';
  // 8-bit data, with or without class; anything else stays raw.
  return dataCoding === 4 || (dataCoding & 0xfc) === 0x14 || (dataCoding & 0xf4) === 0xf4 ? eightBit : 'binary';
}

function sarPart(tlvs: Tlvs): Part | null {
  const reference = tlvs.get(TLV.sarReference);
  if (reference?.length !== 2) return null;
  const part = {
    reference: reference.readUInt16BE(0),
    total: tlvs.get(TLV.sarTotal)?.[0] ?? 0,
    index: tlvs.get(TLV.sarIndex)?.[0] ?? 0,
  };
  return isPart(part) ? part : null;
}

/** A single part is a whole message. */
const manyParts = (part: Part | null): Part | null => (part !== null && part.total > 1 ? part : null);
