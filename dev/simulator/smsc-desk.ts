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

/** What the SMSC does with each PDU, and how it can be made to misbehave. */
export type SmscDesk = {
  handle: (client: SmscClient, pdu: Pdu) => void;
  /** True: submissions are accepted but not answered. False: the answers kept back are given, where the connection is still there. */
  withholdResponses(on: boolean): void;
  /** The next `count` submissions are told to slow down. */
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

export function createDesk(options: Options): SmscDesk {
  const { counts, deliveries, receipts, log, messageIds } = options;
  const inbox = createInbox();
  const rejections: number[] = [];
  let withheld: (() => void)[] | null = null;
  let toThrottle = 0;
  let lastId = options.begunAt;

  function handle(client: SmscClient, pdu: Pdu): void {
    switch (pdu.command) {
      case 'submit_sm':
        return submit(client, pdu);
      case 'deliver_sm_resp':
        return deliveries.answered(client, pdu.sequence, pdu.status);
      case 'generic_nack':
        counts.nacks++;
        return deliveries.answered(client, pdu.sequence, pdu.status || STATUS.unknown);
      case 'enquire_link':
        counts.enquiries++;
        return client.send({ command: 'enquire_link_resp', status: 0, sequence: pdu.sequence });
      case 'enquire_link_resp':
        counts.enquiriesAnswered++;
        return;
      case 'bind_receiver':
      case 'bind_transmitter':
      case 'bind_transceiver':
        return bind(client, pdu);
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

  function bind(client: SmscClient, pdu: Bind): void {
    const status = bindStatus(client, pdu, options);
    client.send({
      command: `${pdu.command}_resp`,
      status,
      sequence: pdu.sequence,
      systemId: options.systemId,
      tlvs: new Map([[TLV.interfaceVersion, Buffer.from([0x34])]]),
    });
    if (status === STATUS.ok) {
      counts.binds++;
      client.bind = pdu.command;
      log?.info({ bind: pdu.command }, 'A client bound to the SMSC');
      return deliveries.dispatch();
    }
    counts.refusedBinds++;
    log?.info({ bind: pdu.command, status: statusName(status) }, 'The SMSC refused a client');
    if (client.bind === null) client.end();
  }

  function submit(client: SmscClient, pdu: SubmitSm): void {
    counts.submits++;
    const { sequence } = pdu;
    const refusal = refusalOf(client, pdu);
    if (refusal !== STATUS.ok) return respond(client, { command: 'submit_sm_resp', status: refusal, sequence, messageId: '' });
    counts.accepted++;
    const id = ++lastId;
    const messageId = messageIdText(id, messageIds);
    respond(client, { command: 'submit_sm_resp', status: STATUS.ok, sequence, messageId });
    const sms = inbox.take(pdu, messageId);
    if (sms) options.accepted(sms);
    if (receipts && (pdu.registeredDelivery & 1) === 1) receipts.owe(pdu, id);
  }

  function refusalOf(client: SmscClient, pdu: SubmitSm): number {
    if (client.bind !== 'bind_transmitter' && client.bind !== 'bind_transceiver') return STATUS.wrongBindState;
    if (toThrottle > 0) {
      toThrottle--;
      counts.throttled++;
      return STATUS.throttled;
    }
    const refusal = rejections.shift() ?? judgeSubmit(pdu);
    if (refusal !== STATUS.ok) counts.rejected++;
    return refusal;
  }

  function respond(client: SmscClient, pdu: OutgoingPdu): void {
    if (withheld) withheld.push(() => client.send(pdu));
    else client.send(pdu);
  }

  return {
    handle,
    withholdResponses(on) {
      const answers = withheld ?? [];
      withheld = on ? answers : null;
      if (!on) for (const answer of answers) answer();
    },
    throttle: (count) => void (toThrottle = count),
    rejectNext: (status) => void rejections.push(status),
  };
}

function bindStatus(client: SmscClient, pdu: Bind, { systemId, password, full }: Options): number {
  if (client.bind !== null) return STATUS.alreadyBound;
  if (pdu.systemId !== systemId) return STATUS.invalidSystemId;
  if (pdu.password !== password) return STATUS.invalidPassword;
  return full() ? STATUS.alreadyBound : STATUS.ok;
}
