import type { InboundReceipt, ReceiptStatus } from '../carrier.ts';
import { decodeText } from '../../domain/sms/sms-text.ts';
import { fromAddress } from './codec/address.ts';
import { TLV } from './codec/pdu.ts';
import type { Brought } from './codec/pdu.ts';
import { encodingOf } from './inbound.ts';
import { parseReceiptDate } from './receipt-date.ts';
import type { ReceiptIds } from './receipt-ids.ts';
import type { SmppSettings } from './settings.ts';

/** message_state (§ 5.2.28). */
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
 * esm_class bits 2–5: SMSC receipt or intermediate notification. Some carriers leave them out: then a receipt has the message's
 * id and a status, or no text; or, with `receiptsByText`, the complete text form.
 */
export function isReceipt(pdu: Brought, settings: SmppSettings): boolean {
  const kind = pdu.esmClass & 0x3c;
  if (kind !== 0) return kind === 0x04 || kind === 0x20;
  const { id, stat } = textFields(pdu, settings);
  if (stringOf(pdu.tlvs.get(TLV.receiptedMessageId)) === undefined)
    return settings.receiptsByText && id !== undefined && STATS.has(stat?.toUpperCase() ?? '');
  return pdu.tlvs.has(TLV.messageState) || id !== undefined || stat !== undefined || bodyOf(pdu).length === 0;
}

const bodyOf = (pdu: Brought): Buffer => pdu.tlvs.get(TLV.messagePayload) ?? pdu.shortMessage;

/**
 * Reads the optional parameters, and the text for the rest. `from` and `to` are those of the message reported on, swapped from
 * the PDU. Without a usable date `at` is `now`. Null when no message is identified.
 */
export function toReceipt(
  pdu: Brought,
  settings: SmppSettings,
  { ids, now }: { ids: ReceiptIds; now: Date },
): InboundReceipt | null {
  const text = textFields(pdu, settings);
  const id = stringOf(pdu.tlvs.get(TLV.receiptedMessageId)) ?? text.id ?? null;
  const echoed = pdu.tlvs.get(TLV.userMessageReference);
  const messageIdEnd = settings.userMessageReference && echoed?.length === 2 ? echoed.toString('hex') : null;
  if (id === null && messageIdEnd === null) return null;
  return {
    reference: id === null ? '' : ids.ofReceipt(id),
    messageId: null,
    messageIdEnd,
    from: fromAddress(pdu.destination),
    to: fromAddress(pdu.source),
    status: statusOf(pdu, text),
    error: errorOf(pdu, text),
    at: (text.doneDate && parseReceiptDate(text.doneDate, settings.receiptTimeZone)) || now,
  };
}

const statusOf = (pdu: Brought, { stat = '' }: TextFields): InboundReceipt['status'] =>
  STATES.get(pdu.tlvs.get(TLV.messageState)?.[0] ?? 0) ?? STATS.get(stat.toUpperCase()) ?? 'unknown';

const errorOf = (pdu: Brought, { err }: TextFields): string | null =>
  [err, networkError(pdu)].filter((code) => code !== undefined && !/^0*$/.test(code)).join(' ') || null;

/** network_error_code (§ 5.3.2.31) as `gsm-27`, from the phone's network. */
function networkError(pdu: Brought): string | undefined {
  const value = pdu.tlvs.get(TLV.networkErrorCode);
  const code = value?.length === 3 ? value.readUInt16BE(1) : 0;
  return code === 0 ? undefined : `${NETWORKS.get(value?.[0] ?? 0) ?? 'network'}-${code}`;
}
const NETWORKS = new Map([
  [1, 'ansi-136'],
  [2, 'is-95'],
  [3, 'gsm'],
]);

type TextFields = { id?: string | undefined; stat?: string | undefined; err?: string | undefined; doneDate?: string | undefined };

function textFields(pdu: Brought, settings: SmppSettings): TextFields {
  const encoding = encodingOf(pdu.dataCoding, settings) === 'ucs2' ? 'ucs2' : 'latin1';
  // After "text:" comes the message itself, which may look like a field.
  const [fields = ''] = decodeText(bodyOf(pdu), encoding).split(/(?:^|\s)text:/i, 1);
  return { id: ID.exec(fields)?.[1], stat: STAT.exec(fields)?.[1], err: ERR.exec(fields)?.[1], doneDate: DONE.exec(fields)?.[1] };
}

const ID = /(?:^|\s)id:\s*(\S+)/i;
const STAT = /(?:^|\s)stat:\s*(\w+)/i;
const ERR = /(?:^|\s)err:\s*(\w+)/i;
const DONE = /(?:^|\s)done date:\s*(\d{10,14})/i;

/** A C-octet string with or without NUL; undefined if empty. */
function stringOf(value: Buffer | undefined): string | undefined {
  const text = value?.toString('latin1').replace(/\0.*$/s, '').trim();
  return text === '' ? undefined : text;
}
