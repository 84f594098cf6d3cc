import { COMMAND, RESPONSE, SmppError } from './pdu.ts';
import type { Address, Bind, DeliverSm, OutgoingPdu, SubmitSm, Tlvs } from './pdu.ts';

/** Longest PDU in octets; the longest possible message_payload does not quite fit. */
export const MAX_PDU = 65_536;
const HEADER = 16;
const MAX_SHORT_MESSAGE = 254;

const IDS: Record<OutgoingPdu['command'], number> = {
  bind_receiver: COMMAND.bind_receiver,
  bind_receiver_resp: COMMAND.bind_receiver + RESPONSE,
  bind_transmitter: COMMAND.bind_transmitter,
  bind_transmitter_resp: COMMAND.bind_transmitter + RESPONSE,
  bind_transceiver: COMMAND.bind_transceiver,
  bind_transceiver_resp: COMMAND.bind_transceiver + RESPONSE,
  submit_sm: COMMAND.submit_sm,
  submit_sm_resp: COMMAND.submit_sm + RESPONSE,
  deliver_sm: COMMAND.deliver_sm,
  deliver_sm_resp: COMMAND.deliver_sm + RESPONSE,
  data_sm_resp: COMMAND.data_sm + RESPONSE,
  unbind: COMMAND.unbind,
  unbind_resp: COMMAND.unbind + RESPONSE,
  enquire_link: COMMAND.enquire_link,
  enquire_link_resp: COMMAND.enquire_link + RESPONSE,
  generic_nack: COMMAND.generic_nack,
};

/** The encoded PDU. Throws a SmppError that names a field which does not fit. */
export function encodePdu(pdu: OutgoingPdu): Buffer {
  const frame = Buffer.allocUnsafe(encodedSize(pdu));
  encodeInto(frame, 0, pdu);
  return frame;
}

export function encodedSize(pdu: OutgoingPdu): number {
  const size = HEADER + bodySize(pdu);
  if (size > MAX_PDU) throw new SmppError(`A ${pdu.command} of ${size} octets is longer than ${MAX_PDU}.`);
  return size;
}

/** Writes the PDU at `at`, where `encodedSize` octets must be free; returns its end. Throws as `encodePdu`. */
export function encodeInto(target: Buffer, at: number, pdu: OutgoingPdu): number {
  const end = putBody(target, at + HEADER, pdu);
  target.writeUInt32BE(end - at, at);
  target.writeUInt32BE(IDS[pdu.command], at + 4);
  target.writeUInt32BE(pdu.status, at + 8);
  target.writeUInt32BE(pdu.sequence, at + 12);
  return end;
}

function bodySize(pdu: OutgoingPdu): number {
  switch (pdu.command) {
    case 'submit_sm':
    case 'deliver_sm':
      // 12 single octets and 5 terminators.
      return 17 + stringsOf(pdu) + pdu.shortMessage.length + tlvsSize(pdu.tlvs);
    case 'submit_sm_resp':
    case 'deliver_sm_resp':
    case 'data_sm_resp':
      return pdu.messageId.length + 1;
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      return 7 + pdu.systemId.length + pdu.password.length + pdu.systemType.length + pdu.range.address.length;
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp':
      return pdu.systemId.length + 1 + tlvsSize(pdu.tlvs);
    case 'unbind':
    case 'unbind_resp':
    case 'enquire_link':
    case 'enquire_link_resp':
    case 'generic_nack':
      return 0;
    default:
      return pdu satisfies never;
  }
}

const stringsOf = (pdu: SubmitSm | DeliverSm): number =>
  pdu.serviceType.length +
  pdu.source.address.length +
  pdu.destination.address.length +
  pdu.scheduleDeliveryTime.length +
  pdu.validityPeriod.length;

function putBody(target: Buffer, at: number, pdu: OutgoingPdu): number {
  switch (pdu.command) {
    case 'submit_sm':
    case 'deliver_sm':
      return putMessage(target, at, pdu);
    case 'submit_sm_resp':
    case 'deliver_sm_resp':
    case 'data_sm_resp':
      return putString(target, at, pdu.messageId, FIELDS.message_id);
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      return putBind(target, at, pdu);
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp':
      return putTlvs(target, putString(target, at, pdu.systemId, FIELDS.system_id), pdu.tlvs);
    case 'unbind':
    case 'unbind_resp':
    case 'enquire_link':
    case 'enquire_link_resp':
    case 'generic_nack':
      return at;
    default:
      return pdu satisfies never;
  }
}

function putBind(target: Buffer, start: number, pdu: Bind): number {
  let at = putString(target, start, pdu.systemId, FIELDS.system_id);
  // The standard allows 8; some operators give longer ones.
  at = putString(target, at, pdu.password, FIELDS.password);
  at = putString(target, at, pdu.systemType, FIELDS.system_type);
  target[at++] = pdu.interfaceVersion;
  return putAddress(target, at, pdu.range, FIELDS.address_range);
}

function putMessage(target: Buffer, start: number, pdu: SubmitSm | DeliverSm): number {
  if (pdu.shortMessage.length > MAX_SHORT_MESSAGE) {
    throw new SmppError(`short_message is longer than ${MAX_SHORT_MESSAGE} octets: send it as message_payload.`);
  }
  let at = putString(target, start, pdu.serviceType, FIELDS.service_type);
  at = putAddress(target, at, pdu.source, FIELDS.source_addr);
  at = putAddress(target, at, pdu.destination, FIELDS.destination_addr);
  target[at++] = pdu.esmClass;
  target[at++] = pdu.protocolId;
  target[at++] = pdu.priority;
  at = putString(target, at, pdu.scheduleDeliveryTime, FIELDS.schedule_delivery_time);
  at = putString(target, at, pdu.validityPeriod, FIELDS.validity_period);
  target[at++] = pdu.registeredDelivery;
  target[at++] = pdu.replaceIfPresent;
  target[at++] = pdu.dataCoding;
  target[at++] = pdu.defaultMessageId;
  target[at++] = pdu.shortMessage.length;
  target.set(pdu.shortMessage, at);
  return putTlvs(target, at + pdu.shortMessage.length, pdu.tlvs);
}

function putAddress(target: Buffer, at: number, address: Address, limit: Limit): number {
  target[at] = address.ton;
  target[at + 1] = address.npi;
  return putString(target, at + 2, address.address, limit);
}

type Limit = { field: string; max: number };
/** Longest C-octet strings, without NUL. */
const FIELDS = {
  message_id: { field: 'message_id', max: 64 },
  system_id: { field: 'system_id', max: 15 },
  password: { field: 'password', max: 64 },
  system_type: { field: 'system_type', max: 12 },
  address_range: { field: 'address_range', max: 40 },
  service_type: { field: 'service_type', max: 5 },
  source_addr: { field: 'source_addr', max: 20 },
  destination_addr: { field: 'destination_addr', max: 20 },
  schedule_delivery_time: { field: 'schedule_delivery_time', max: 16 },
  validity_period: { field: 'validity_period', max: 16 },
} as const satisfies Record<string, Limit>;

function putString(target: Buffer, start: number, text: string, { field, max }: Limit): number {
  if (text.length > max) throw new SmppError(`${field} is longer than ${max} characters.`);
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0 || unit > 0xff) throw new SmppError(`${field} has a character at position ${i} that is not in Latin-1.`);
    target[at++] = unit;
  }
  target[at++] = 0;
  return at;
}

function tlvsSize(tlvs: Tlvs): number {
  let size = 0;
  for (const value of tlvs.values()) size += 4 + value.length;
  return size;
}

function putTlvs(target: Buffer, start: number, tlvs: Tlvs): number {
  let at = start;
  for (const [tag, value] of tlvs) {
    if (value.length > 0xffff) throw new SmppError(`The optional parameter 0x${tag.toString(16)} is longer than 65535 octets.`);
    target.writeUInt16BE(tag, at);
    target.writeUInt16BE(value.length, at + 2);
    target.set(value, at + 4);
    at += 4 + value.length;
  }
  return at;
}
