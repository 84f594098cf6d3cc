import type { Address, SubmitSm } from '../../carriers/smpp/codec/pdu.ts';
import { TLV } from '../../carriers/smpp/codec/pdu.ts';
import { STATUS, statusOf } from '../../carriers/smpp/codec/status.ts';
import { HAS_UDH } from '../../carriers/smpp/codec/udh.ts';

/** YYMMDDhhmmsstnnp (§ 7.1.1). */
const TIME = /^(\d{15}[+-]|\d{12}000R)?$/;
const SEGMENT_OCTETS = 140;

/** Rules with the status for a submit_sm that breaks one, in the order an SMSC checks them (§ 4.4.1, § 5.1.3). */
const RULES: [status: string, holds: (pdu: SubmitSm) => boolean][] = [
  ['ESME_RINVSRCTON', ({ source }) => source.ton <= 6],
  ['ESME_RINVSRCNPI', ({ source }) => isPlan(source)],
  ['ESME_RINVSRCADR', ({ source }) => (source.ton === 5 ? /^[\x20-\x7e]{1,11}$/ : /^\+?\d{1,20}$/).test(source.address)],
  ['ESME_RINVDSTTON', ({ destination }) => destination.ton <= 6],
  ['ESME_RINVDSTNPI', ({ destination }) => isPlan(destination)],
  ['ESME_RINVDSTADR', ({ destination }) => /^\+?\d{3,20}$/.test(destination.address)],
  ['ESME_RINVPRTFLG', ({ priority }) => priority <= 3],
  ['ESME_RINVSCHED', ({ scheduleDeliveryTime }) => TIME.test(scheduleDeliveryTime)],
  ['ESME_RINVEXPIRY', ({ validityPeriod }) => TIME.test(validityPeriod)],
  ['ESME_RINVREGDLVFLG', ({ registeredDelivery }) => registeredDelivery <= 0x1f],
  ['ESME_RINVESMCLASS', (pdu) => (pdu.esmClass & HAS_UDH) === 0 || headerOf(pdu) < contentOf(pdu).length],
  ['ESME_RINVOPTPARSTREAM', (pdu) => pdu.shortMessage.length === 0 || !pdu.tlvs.has(TLV.messagePayload)],
  ['ESME_RINVMSGLEN', fits],
];

/** The status that the standard gives a submission; `ok` where nothing is wrong with it. */
export function judgeSubmit(pdu: SubmitSm): number {
  const broken = RULES.find(([, holds]) => !holds(pdu));
  return broken ? (statusOf(broken[0]) ?? STATUS.unknown) : STATUS.ok;
}

const isPlan = ({ npi }: Address): boolean => [0, 1, 3, 4, 6, 8, 9, 10, 13, 14, 18].includes(npi);
const contentOf = (pdu: SubmitSm): Buffer => pdu.tlvs.get(TLV.messagePayload) ?? pdu.shortMessage;
const headerOf = (pdu: SubmitSm): number => ((pdu.esmClass & HAS_UDH) === 0 ? 0 : 1 + (contentOf(pdu)[0] ?? 0));

/** One segment is 140 octets: septets, into which Latin-1 is put too, take seven eighths of one each, a unit of UTF-16 two. */
function fits(pdu: SubmitSm): boolean {
  const header = headerOf(pdu);
  const text = contentOf(pdu).length - header;
  if (pdu.dataCoding === 8 && text % 2 === 1) return false;
  if (pdu.tlvs.has(TLV.messagePayload)) return true;
  return header + (pdu.dataCoding === 8 || pdu.dataCoding === 4 ? text : Math.ceil((text * 7) / 8)) <= SEGMENT_OCTETS;
}
