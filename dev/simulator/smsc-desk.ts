import type { Logger } from 'pino';
import { STATUS, statusName } from '../../carriers/smpp/codec/status.ts';
import { RESPONSE, TLV } from '../../carriers/smpp/codec/pdu.ts';
import type { Bind, OutgoingPdu, Pdu, SubmitSm } from '../../carriers/smpp/codec/pdu.ts';
import type { SmscClient } from './smsc-client.ts';
import type { Deliveries, DeliveryCounts } from './smsc-deliveries.ts';
import { judgeSubmit } from './smsc-rules.ts';
import { createInbox } from './smsc-inbox.ts';
import type { SubmittedSms } from './smsc-inbox.ts';
import { messageIdText } from './smsc-receipts.ts';
import type { MessageIdForm, Receipts } from './smsc-receipts.ts';

/** Since the start, in PDUs: `accepted` counts segments. */
export type SmscCounts = DeliveryCounts & {
  binds: number;
  refusedBinds: number;
  submits: number;
  accepted: number;
  throttled: number;
  rejected: number;
  enquiries: number;
  enquiriesAnswered: number;
  nacks: number;
};

/** Answers each PDU, and misbehaves when told to. */
export type SmscDesk = {
  handle: (client: SmscClient, pdu: Pdu) => void;
  /** True: submissions are accepted but not answered. False: the answers kept back are sent on connections still open. */
  withholdResponses(on: boolean): void;
  /** The next `count` submissions get ESME_RTHROTTLED. */
  throttle(count: number): void;
  /** The next submission gets that status; several calls, several submissions. */
  rejectNext(status: number): void;
};

type Options = {
  systemId: string;
  password: string;
  messageIds: MessageIdForm;
  begunAt: number;
  log: Logger | undefined;
  counts: SmscCounts;
  deliveries: Deliveries;
  receipts: Receipts | null;
  /** No more clients may bind. */
  full: () => boolean;
  /** A whole message was accepted. */
  accepted: (sms: SubmittedSms) => void;
};

type Desk = Options & {
  inbox: ReturnType<typeof createInbox>;
  rejections: number[];
  withheld: (() => void)[] | null;
  toThrottle: number;
  lastId: number;
};

export function createDesk(options: Options): SmscDesk {
  const fresh = { rejections: [], withheld: null, toThrottle: 0, lastId: options.begunAt };
  const desk: Desk = { ...options, ...fresh, inbox: createInbox() };
  return {
    handle: (client, pdu) => handle(desk, client, pdu),
    withholdResponses(on) {
      const answers = desk.withheld ?? [];
      desk.withheld = on ? answers : null;
      if (!on) for (const answer of answers) answer();
    },
    throttle: (count) => void (desk.toThrottle = count),
    rejectNext: (status) => void desk.rejections.push(status),
  };
}

function handle(desk: Desk, client: SmscClient, pdu: Pdu): void {
  switch (pdu.command) {
    case 'submit_sm':
      return submit(desk, client, pdu);
    case 'deliver_sm_resp':
      return desk.deliveries.answered(client, pdu.sequence, pdu.status);
    case 'generic_nack':
      desk.counts.nacks++;
      return desk.deliveries.answered(client, pdu.sequence, pdu.status || STATUS.unknown);
    case 'enquire_link':
      desk.counts.enquiries++;
      return client.send({ command: 'enquire_link_resp', status: 0, sequence: pdu.sequence });
    case 'enquire_link_resp':
      desk.counts.enquiriesAnswered++;
      return;
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      return bind(desk, client, pdu);
    case 'unbind':
      client.send({ command: 'unbind_resp', status: 0, sequence: pdu.sequence });
      return client.end();
    case 'unbind_resp':
      return client.end();
    case 'deliver_sm':
    case 'data_sm':
      return client.send({ command: 'generic_nack', status: STATUS.invalidCommandId, sequence: pdu.sequence });
    case 'unreadable': {
      if (pdu.id >= RESPONSE) return;
      const status = pdu.problem === null ? STATUS.invalidCommandId : STATUS.invalidCommandLength;
      return client.send({ command: 'generic_nack', status, sequence: pdu.sequence });
    }
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp':
    case 'submit_sm_resp':
    case 'data_sm_resp':
      return;
    default:
      return pdu satisfies never;
  }
}

function bind(desk: Desk, client: SmscClient, pdu: Bind): void {
  const status = bindStatus(client, pdu, desk);
  client.send({
    command: `${pdu.command}_resp`,
    status,
    sequence: pdu.sequence,
    systemId: desk.systemId,
    tlvs: new Map([[TLV.interfaceVersion, Buffer.from([0x34])]]),
  });
  if (status === STATUS.ok) {
    desk.counts.binds++;
    client.bind = pdu.command;
    desk.log?.info({ bind: pdu.command }, 'A client bound to the SMSC');
    return desk.deliveries.dispatch();
  }
  desk.counts.refusedBinds++;
  desk.log?.info({ bind: pdu.command, status: statusName(status) }, 'The SMSC refused a client');
  if (client.bind === null) client.end();
}

function submit(desk: Desk, client: SmscClient, pdu: SubmitSm): void {
  desk.counts.submits++;
  const { sequence } = pdu;
  const refusal = refusalOf(desk, client, pdu);
  if (refusal !== STATUS.ok)
    return respond(desk, client, { command: 'submit_sm_resp', status: refusal, sequence, messageId: '' });
  desk.counts.accepted++;
  const id = ++desk.lastId;
  const messageId = messageIdText(id, desk.messageIds);
  respond(desk, client, { command: 'submit_sm_resp', status: STATUS.ok, sequence, messageId });
  const sms = desk.inbox.take(pdu, messageId);
  if (sms) desk.accepted(sms);
  if (desk.receipts && (pdu.registeredDelivery & 1) === 1) desk.receipts.owe(pdu, id);
}

function refusalOf(desk: Desk, client: SmscClient, pdu: SubmitSm): number {
  if (client.bind !== 'bind_transmitter' && client.bind !== 'bind_transceiver') return STATUS.wrongBindState;
  if (desk.toThrottle > 0) {
    desk.toThrottle--;
    desk.counts.throttled++;
    return STATUS.throttled;
  }
  const refusal = desk.rejections.shift() ?? judgeSubmit(pdu);
  if (refusal !== STATUS.ok) desk.counts.rejected++;
  return refusal;
}

function respond(desk: Desk, client: SmscClient, pdu: OutgoingPdu): void {
  if (desk.withheld) desk.withheld.push(() => client.send(pdu));
  else client.send(pdu);
}

function bindStatus(client: SmscClient, pdu: Bind, { systemId, password, full }: Options): number {
  if (client.bind !== null) return STATUS.alreadyBound;
  if (pdu.systemId !== systemId) return STATUS.invalidSystemId;
  if (pdu.password !== password) return STATUS.invalidPassword;
  return full() ? STATUS.alreadyBound : STATUS.ok;
}
