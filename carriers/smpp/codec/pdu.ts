/** Request ids; a response has bit 31 set (SMPP 3.4 § 5.1.2.1). */
export const COMMAND = {
  bind_receiver: 0x01,
  bind_transmitter: 0x02,
  submit_sm: 0x04,
  deliver_sm: 0x05,
  unbind: 0x06,
  bind_transceiver: 0x09,
  enquire_link: 0x15,
  alert_notification: 0x102,
  data_sm: 0x103,
  generic_nack: 0x80000000,
} as const;

export const RESPONSE = 0x80000000;

/** Tags of the optional parameters in use (§ 5.3.2). */
export const TLV = {
  receiptedMessageId: 0x001e,
  userMessageReference: 0x0204,
  sarReference: 0x020c,
  sarTotal: 0x020e,
  sarIndex: 0x020f,
  interfaceVersion: 0x0210,
  networkErrorCode: 0x0423,
  messagePayload: 0x0424,
  messageState: 0x0427,
} as const;

export type Tlvs = ReadonlyMap<number, Buffer>;
export const NO_TLVS: Tlvs = new Map();
const NO_OCTETS: Buffer = Buffer.alloc(0);

/** `address` has at most 20 Latin-1 characters; `ton` and `npi` are its type (§ 5.2.5, § 5.2.6). */
export type Address = { ton: number; npi: number; address: string };

type Header = { sequence: number; status: number };

export type BindCommand = 'bind_receiver' | 'bind_transmitter' | 'bind_transceiver';

export type Bind = Header & {
  command: BindCommand;
  systemId: string;
  password: string;
  systemType: string;
  interfaceVersion: number;
  /** Addresses served by this client, an operator's pattern; usually empty. */
  range: Address;
};

type BindResp = Header & { command: `${BindCommand}_resp`; systemId: string; tlvs: Tlvs };

/** Fields of submit_sm and deliver_sm. `shortMessage` is raw: at most 254 octets, with its UDH when `esmClass` has 0x40. */
export type ShortMessage = {
  serviceType: string;
  source: Address;
  destination: Address;
  esmClass: number;
  protocolId: number;
  priority: number;
  scheduleDeliveryTime: string;
  validityPeriod: string;
  registeredDelivery: number;
  replaceIfPresent: number;
  dataCoding: number;
  defaultMessageId: number;
  shortMessage: Buffer;
  tlvs: Tlvs;
};

export type SubmitSm = Header & ShortMessage & { command: 'submit_sm' };
export type DeliverSm = Header & ShortMessage & { command: 'deliver_sm' };
/** Received instead of a deliver_sm, with its text in message_payload; missing fields have defaults. */
type DataSm = Header & ShortMessage & { command: 'data_sm' };
export type Brought = DeliverSm | DataSm;

/** `messageId` is empty in refusals and in answers to replies and receipts. */
export type MessageResp = Header & { command: 'submit_sm_resp' | `${Brought['command']}_resp`; messageId: string };

export type Plain = Header & { command: 'unbind' | 'unbind_resp' | 'enquire_link' | 'enquire_link_resp' | 'generic_nack' };

/** A PDU of valid length with an unknown command (`problem` null) or a broken body. */
type Unreadable = Header & { command: 'unreadable'; id: number; problem: string | null };

export type OutgoingPdu = Bind | BindResp | SubmitSm | DeliverSm | MessageResp | Plain;
export type Pdu = OutgoingPdu | DataSm | Unreadable;

/** A value that does not fit its field. The message names the field, never the value. */
export class SmppError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SmppError';
  }
}

export const MESSAGE_DEFAULTS = {
  serviceType: '',
  esmClass: 0,
  protocolId: 0,
  priority: 0,
  scheduleDeliveryTime: '',
  validityPeriod: '',
  registeredDelivery: 0,
  replaceIfPresent: 0,
  dataCoding: 0,
  defaultMessageId: 0,
  shortMessage: NO_OCTETS,
  tlvs: NO_TLVS,
} as const;
