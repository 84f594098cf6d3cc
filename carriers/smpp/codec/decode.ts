import { COMMAND, MESSAGE_DEFAULTS, NO_TLVS, RESPONSE, SmppError } from './pdu.ts';
import type { Address, BindCommand, Pdu, Tlvs } from './pdu.ts';

/** Octets being read: `at` moves towards `end`. */
type Cursor = { data: Buffer; at: number; end: number };

const BINDS = new Map<number, BindCommand>([
  [COMMAND.bind_receiver, 'bind_receiver'],
  [COMMAND.bind_transmitter, 'bind_transmitter'],
  [COMMAND.bind_transceiver, 'bind_transceiver'],
]);

/**
 * Reads one PDU of at least 16 octets between `start` and `end`. Never throws: an `unreadable` one keeps its sequence number to
 * be answered. Buffers in it are views of `data`.
 */
export function decodePdu(data: Buffer, start = 0, end = data.length): Pdu {
  const id = data.readUInt32BE(start + 4);
  const status = data.readUInt32BE(start + 8);
  const sequence = data.readUInt32BE(start + 12);
  try {
    return readBody(id, status, sequence, { data, at: start + 16, end });
  } catch (error) {
    if (!(error instanceof SmppError)) throw error;
    return { command: 'unreadable', id, status, sequence, problem: error.message };
  }
}

function readBody(id: number, status: number, sequence: number, cursor: Cursor): Pdu {
  switch (id) {
    case COMMAND.submit_sm:
      return { command: 'submit_sm', status, sequence, ...readMessage(cursor) };
    case COMMAND.deliver_sm:
      return { command: 'deliver_sm', status, sequence, ...readMessage(cursor) };
    case COMMAND.data_sm:
      return { command: 'data_sm', status, sequence, ...readData(cursor) };
    case COMMAND.submit_sm + RESPONSE:
      return { command: 'submit_sm_resp', status, sequence, messageId: readLastString(cursor) };
    case COMMAND.deliver_sm + RESPONSE:
      return { command: 'deliver_sm_resp', status, sequence, messageId: readLastString(cursor) };
    case COMMAND.data_sm + RESPONSE:
      return { command: 'data_sm_resp', status, sequence, messageId: readLastString(cursor) };
    case COMMAND.enquire_link:
      return { command: 'enquire_link', status, sequence };
    case COMMAND.enquire_link + RESPONSE:
      return { command: 'enquire_link_resp', status, sequence };
    case COMMAND.unbind:
      return { command: 'unbind', status, sequence };
    case COMMAND.unbind + RESPONSE:
      return { command: 'unbind_resp', status, sequence };
    case COMMAND.generic_nack:
      return { command: 'generic_nack', status, sequence };
    default:
      return readBind(id, status, sequence, cursor);
  }
}

function readBind(id: number, status: number, sequence: number, cursor: Cursor): Pdu {
  const request = BINDS.get(id);
  if (request !== undefined) return { command: request, status, sequence, ...readBindBody(cursor) };
  const answered = id >= RESPONSE ? BINDS.get(id - RESPONSE) : undefined;
  if (answered === undefined) return { command: 'unreadable', id, status, sequence, problem: null };
  const systemId = readLastString(cursor);
  return { command: `${answered}_resp`, status, sequence, systemId, tlvs: readTlvs(cursor) };
}

function readBindBody(cursor: Cursor) {
  const systemId = readString(cursor, 'system_id');
  const password = readString(cursor, 'password');
  const systemType = readString(cursor, 'system_type');
  const interfaceVersion = readOctet(cursor, 'interface_version');
  return { systemId, password, systemType, interfaceVersion, range: readAddress(cursor, 'address_range') };
}

function readMessage(cursor: Cursor) {
  const serviceType = readString(cursor, 'service_type');
  const source = readAddress(cursor, 'source_addr');
  const destination = readAddress(cursor, 'destination_addr');
  const esmClass = readOctet(cursor, 'esm_class');
  const protocolId = readOctet(cursor, 'protocol_id');
  const priority = readOctet(cursor, 'priority_flag');
  const scheduleDeliveryTime = readString(cursor, 'schedule_delivery_time');
  const validityPeriod = readString(cursor, 'validity_period');
  const registeredDelivery = readOctet(cursor, 'registered_delivery');
  const replaceIfPresent = readOctet(cursor, 'replace_if_present_flag');
  const dataCoding = readOctet(cursor, 'data_coding');
  const defaultMessageId = readOctet(cursor, 'sm_default_msg_id');
  const length = readOctet(cursor, 'sm_length');
  if (cursor.at + length > cursor.end) throw new SmppError('short_message is longer than its PDU.');
  const shortMessage = cursor.data.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  return {
    serviceType,
    source,
    destination,
    esmClass,
    protocolId,
    priority,
    scheduleDeliveryTime,
    validityPeriod,
    registeredDelivery,
    replaceIfPresent,
    dataCoding,
    defaultMessageId,
    shortMessage,
    tlvs: readTlvs(cursor),
  };
}

function readData(cursor: Cursor) {
  const serviceType = readString(cursor, 'service_type');
  const source = readAddress(cursor, 'source_addr');
  const destination = readAddress(cursor, 'destination_addr');
  const esmClass = readOctet(cursor, 'esm_class');
  const registeredDelivery = readOctet(cursor, 'registered_delivery');
  const dataCoding = readOctet(cursor, 'data_coding');
  const tlvs = readTlvs(cursor);
  return { ...MESSAGE_DEFAULTS, serviceType, source, destination, esmClass, registeredDelivery, dataCoding, tlvs };
}

function readAddress(cursor: Cursor, field: string): Address {
  const ton = readOctet(cursor, field);
  const npi = readOctet(cursor, field);
  return { ton, npi, address: readString(cursor, field) };
}

function readOctet(cursor: Cursor, field: string): number {
  if (cursor.at >= cursor.end) throw new SmppError(`The PDU ends before ${field}.`);
  return cursor.data[cursor.at++] ?? 0;
}

function readString(cursor: Cursor, field: string): string {
  const { data, at, end } = cursor;
  let stop = at;
  while (stop < end && data[stop] !== 0) stop++;
  if (stop === end) throw new SmppError(`The PDU ends before the end of ${field}.`);
  cursor.at = stop + 1;
  return stop === at ? '' : data.toString('latin1', at, stop);
}

/** A response's string, which may be missing (a refusal has no body) or lack its NUL. */
function readLastString(cursor: Cursor): string {
  const { data, at, end } = cursor;
  let stop = at;
  while (stop < end && data[stop] !== 0) stop++;
  cursor.at = Math.min(stop + 1, end);
  return stop === at ? '' : data.toString('latin1', at, stop);
}

/** Up to three trailing octets are padding; a parameter beyond its PDU is an error. */
function readTlvs(cursor: Cursor): Tlvs {
  const { data, end } = cursor;
  if (cursor.at + 4 > end) return NO_TLVS;
  const tlvs = new Map<number, Buffer>();
  while (cursor.at + 4 <= end) {
    const tag = data.readUInt16BE(cursor.at);
    const from = cursor.at + 4;
    const to = from + data.readUInt16BE(cursor.at + 2);
    if (to > end) throw new SmppError(`The optional parameter 0x${tag.toString(16)} is longer than its PDU.`);
    tlvs.set(tag, data.subarray(from, to));
    cursor.at = to;
  }
  return tlvs;
}
