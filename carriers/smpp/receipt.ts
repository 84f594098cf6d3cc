import type { InboundReceipt, ReceiptStatus } from '../carrier.ts';
import { decodeText } from '../../domain/sms/sms-text.ts';
import { fromAddress } from './codec/address.ts';
import { TLV } from './codec/pdu.ts';
import type { Brought } from './codec/pdu.ts';
import { encodingOf } from './inbound.ts';
import { parseReceiptDate } from './receipt-date.ts';
import type { ReceiptIds } from './receipt-ids.ts';
import type { SmppSettings } from './settings.ts';
import type { UserReferences } from './user-references.ts';

/** message_state of § 5.2.28. */
const STATES = new Map<number, ReceiptStatus>([
  [1, 'accepted'],
  [2, 'delivered'],
  [3, 'expired'],
  [4, 'undelivered'],
  [5, 'undelivered'],
  [6, 'accepted'],
  [7, 'unknown'],
  [8, 'undelivered'],
]);

/** `stat` of the text form (appendix B). */
const STATS = new Map<string, ReceiptStatus>([
  ['ENROUTE', 'accepted'],
  ['DELIVRD', 'delivered'],
  ['EXPIRED', 'expired'],
  ['DELETED', 'undelivered'],
  ['UNDELIV', 'undelivered'],
  ['ACCEPTD', 'accepted'],
  ['UNKNOWN', 'unknown'],
  ['REJECTD', 'undelivered'],
]);

/**
 * esm_class bits 2–5: a receipt of the SMSC, or its notification on the way. Some carriers leave the bits out; then it is one that
 * names the message, and says what became of it or has no words of a person.
 */
export function isReceipt(pdu: Brought, settings: SmppSettings): boolean {
  const kind = pdu.esmClass & 0x3c;
  if (kind !== 0) return kind === 0x04 || kind === 0x20;
  if (stringOf(pdu.tlvs.get(TLV.receiptedMessageId)) === undefined) return false;
  const { id, stat } = textFields(pdu, settings);
  return pdu.tlvs.has(TLV.messageState) || id !== undefined || stat !== undefined || bodyOf(pdu).length === 0;
}

const bodyOf = (pdu: Brought): Buffer => pdu.tlvs.get(TLV.messagePayload) ?? pdu.shortMessage;

/**
 * The optional parameters first, the text for what they leave open. `from` and `to` are those of the message reported on,
 * so the other way round than in the PDU. Without a usable date `at` is `now`. Null when nothing tells which message is meant.
 */
export function toReceipt(
  pdu: Brought,
  settings: SmppSettings,
  { ids, references, now }: { ids: ReceiptIds; references: UserReferences; now: Date },
): InboundReceipt | null {
  const text = textFields(pdu, settings);
  const id = stringOf(pdu.tlvs.get(TLV.receiptedMessageId)) ?? text.id ?? null;
  const echoed = pdu.tlvs.get(TLV.userMessageReference);
  const phone = fromAddress(pdu.source);
  const messageId = echoed?.length === 2 ? references.find(echoed.readUInt16BE(0), phone) : null;
  if (id === null && messageId === null) return null;
  return {
    reference: id === null ? '' : ids.ofReceipt(id),
    messageId,
    from: fromAddress(pdu.destination),
    to: phone,
    status: STATES.get(pdu.tlvs.get(TLV.messageState)?.[0] ?? 0) ?? STATS.get((text.stat ?? '').toUpperCase()) ?? 'unknown',
    error: text.err === undefined || /^0*$/.test(text.err) ? null : text.err,
    at: (text.doneDate && parseReceiptDate(text.doneDate, settings.receiptTimeZone)) || now,
  };
}

type TextFields = { id?: string | undefined; stat?: string | undefined; err?: string | undefined; doneDate?: string | undefined };

function textFields(pdu: Brought, settings: SmppSettings): TextFields {
  const encoding = encodingOf(pdu.dataCoding, settings) === 'ucs2' ? 'ucs2' : 'latin1';
  // What follows "text:" is the customer's own words, and may look like a field.
  const [fields = ''] = decodeText(bodyOf(pdu), encoding).split(/(?:^|\s)text:/i, 1);
  return { id: ID.exec(fields)?.[1], stat: STAT.exec(fields)?.[1], err: ERR.exec(fields)?.[1], doneDate: DONE.exec(fields)?.[1] };
}

const ID = /(?:^|\s)id:\s*(\S+)/i;
const STAT = /(?:^|\s)stat:\s*(\w+)/i;
const ERR = /(?:^|\s)err:\s*(\w+)/i;
const DONE = /(?:^|\s)done date:\s*(\d{10,14})/i;

/** A C-octet string, with or without its NUL; undefined when there is nothing in it. */
function stringOf(value: Buffer | undefined): string | undefined {
  const text = value?.toString('latin1').replace(/\0.*$/s, '').trim();
  return text === '' ? undefined : text;
}
