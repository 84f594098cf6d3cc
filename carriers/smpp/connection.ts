import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { createFramer, type Framer } from './codec/framer.ts';
import { STATUS, statusName } from './codec/status.ts';
import { createPduWriter, type PduWriter } from './codec/writer.ts';
import { COMMAND, RESPONSE } from './codec/pdu.ts';
import type { BindCommand, Brought, MessageResp, OutgoingPdu, Pdu, Plain } from './codec/pdu.ts';
import type { SmppSettings } from './settings.ts';
import { openSocket, type Host } from './socket.ts';

const INTERFACE_VERSIONS = { '3.3': 0x33, '3.4': 0x34, '5.0': 0x50 };
const MOST_UNANSWERED_ENQUIRIES = 2;
const LONGEST_BIND_MS = 30_000;
const GOODBYE_MS = 5000;
const REFUSALS: readonly number[] = [STATUS.bindFailed, STATUS.invalidPassword, STATUS.invalidSystemId];

export type Connection = {
  /** Counts a link's connections. */
  number: number;
  nextSequence(): number;
  /** Ignored on a lost connection. `written` is called once the system has the octets, never if writing failed. */
  send(pdu: OutgoingPdu, written?: () => void): void;
  /** Sends an encoded submit_sm; returns its sequence number. */
  sendFrame(frame: Buffer): number;
  drop(reason: string): void;
  /** Unbinds, waits for the answer, and closes. */
  unbind(graceMs: number): Promise<void>;
};

/** PDUs about messages; the connection handles the others. */
export type MessagePdu = Brought | MessageResp | Plain;

export type ConnectionHandlers = {
  /** Connected; the login is sent. */
  binding(): void;
  bound(connection: Connection): void;
  message(pdu: MessagePdu, connection: Connection): void;
  /** After each chunk's PDUs. */
  caughtUp(): void;
  /** Once, last. `refused`: our login. */
  lost(reason: string, refused: boolean): void;
};

type Wire = {
  settings: SmppSettings;
  bind: BindCommand;
  log: Logger;
  handlers: ConnectionHandlers;
  connection: Connection;
  state: 'opening' | 'bound' | 'unbinding' | 'lost';
  /** Whether anything was received since the last check; enquiries without answer. */
  heard: boolean;
  unanswered: number;
  framer: Framer;
  writer: PduWriter;
  socket: Socket;
  loginTimer: NodeJS.Timeout;
  enquiries: NodeJS.Timeout | null;
  answeredGoodbye: () => void;
};

/** Connects, binds, and supervises the connection until it is lost. The link reconnects. */
export function openConnection(
  settings: SmppSettings,
  { bind, host, number, log }: { bind: BindCommand; host: Host; number: number; log: Logger },
  handlers: ConnectionHandlers,
): Connection {
  let sequence = 0;
  let failure = 'the carrier closed the connection';
  const socket = openSocket(settings, host, () => login(wire));
  const tooLate = () => lose(wire, 'the login was not answered in time');
  const wire: Wire = {
    settings,
    bind,
    log,
    handlers,
    state: 'opening',
    heard: false,
    unanswered: 0,
    framer: createFramer(),
    writer: createPduWriter((octets, done) => socket.write(octets, done)),
    socket,
    loginTimer: setTimeout(tooLate, Math.min(LONGEST_BIND_MS, settings.responseTimeoutMs)),
    enquiries: null,
    answeredGoodbye: () => {},
    connection: {
      number,
      nextSequence: () => (sequence = sequence === 0x7fffffff ? 1 : sequence + 1),
      send(pdu, written) {
        if (wire.state !== 'lost') wire.writer.pdu(pdu, written);
      },
      sendFrame(frame) {
        const sequenceOfIt = wire.connection.nextSequence();
        if (wire.state !== 'lost') wire.writer.frame(frame, sequenceOfIt);
        return sequenceOfIt;
      },
      drop: (reason) => lose(wire, reason),
      unbind: (graceMs) => unbind(wire, graceMs),
    },
  };
  socket.on('data', (chunk: Buffer) => read(wire, chunk));
  socket.on('error', (error: NodeJS.ErrnoException) => (failure = error.code ?? error.message));
  socket.on('close', () => lose(wire, failure));
  return wire.connection;
}

async function unbind(wire: Wire, graceMs: number): Promise<void> {
  if (wire.state === 'bound') {
    wire.state = 'unbinding';
    wire.connection.send({ command: 'unbind', status: 0, sequence: wire.connection.nextSequence() });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(graceMs, GOODBYE_MS));
      wire.answeredGoodbye = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  lose(wire, 'closed');
}

function login(wire: Wire): void {
  if (wire.state !== 'opening') return;
  wire.handlers.binding();
  const { systemId, password, systemType, addressRange: range } = wire.settings;
  const interfaceVersion = INTERFACE_VERSIONS[wire.settings.interfaceVersion];
  const header = { command: wire.bind, status: 0, sequence: wire.connection.nextSequence() };
  wire.connection.send({ ...header, systemId, password, systemType, interfaceVersion, range });
}

function read(wire: Wire, chunk: Buffer): void {
  if (wire.state === 'lost') return;
  const { pdus, fault } = wire.framer.feed(chunk);
  wire.heard = true;
  for (const pdu of pdus) handle(wire, pdu);
  if (fault !== null) {
    nack(wire, STATUS.invalidCommandLength, 0);
    lose(wire, `the carrier sent something that is not SMPP. ${fault}`);
  }
  wire.handlers.caughtUp();
}

function handle(wire: Wire, pdu: Pdu): void {
  switch (pdu.command) {
    case 'enquire_link':
      return wire.connection.send({ command: 'enquire_link_resp', status: 0, sequence: pdu.sequence });
    case 'enquire_link_resp':
      return;
    case 'unbind':
      wire.connection.send({ command: 'unbind_resp', status: 0, sequence: pdu.sequence });
      return lose(wire, 'the carrier said goodbye');
    case 'unbind_resp':
      return wire.answeredGoodbye();
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp':
      return loginAnswered(wire, pdu.status);
    case 'generic_nack':
      if (wire.state === 'opening') return loginAnswered(wire, pdu.status || STATUS.unknown);
      return pass(wire, pdu);
    case 'deliver_sm':
    case 'data_sm':
      // Not answered after our unbind: it is redelivered.
      if (wire.state === 'bound') pass(wire, pdu);
      return;
    case 'submit_sm_resp':
      return pass(wire, pdu);
    case 'deliver_sm_resp':
    case 'data_sm_resp':
      return;
    case 'unreadable':
      if (pdu.id >= RESPONSE || pdu.id === COMMAND.alert_notification) return;
      wire.log.warn({ problem: pdu.problem, command: pdu.id }, 'The carrier sent a PDU that can not be read');
      return nack(wire, pdu.problem === null ? STATUS.invalidCommandId : STATUS.invalidCommandLength, pdu.sequence);
    case 'submit_sm':
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      return nack(wire, STATUS.invalidCommandId, pdu.sequence);
    default:
      return pdu satisfies never;
  }
}

function pass(wire: Wire, pdu: MessagePdu): void {
  if (wire.state === 'lost') return;
  try {
    wire.handlers.message(pdu, wire.connection);
  } catch (error) {
    wire.log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'Handling a PDU failed; the session goes on');
  }
}

function loginAnswered(wire: Wire, status: number): void {
  if (wire.state !== 'opening') return;
  if (status !== STATUS.ok) return lose(wire, statusName(status), REFUSALS.includes(status));
  wire.state = 'bound';
  clearTimeout(wire.loginTimer);
  wire.enquiries = setInterval(() => enquire(wire), wire.settings.enquireLinkMs);
  wire.handlers.bound(wire.connection);
}

function enquire(wire: Wire): void {
  if (wire.heard) {
    wire.heard = false;
    wire.unanswered = 0;
    return;
  }
  if (wire.unanswered === MOST_UNANSWERED_ENQUIRIES) return lose(wire, 'the carrier does not answer enquire_link');
  wire.unanswered++;
  wire.connection.send({ command: 'enquire_link', status: 0, sequence: wire.connection.nextSequence() });
}

function nack(wire: Wire, status: number, sequenceOfTheirs: number): void {
  wire.connection.send({ command: 'generic_nack', status, sequence: sequenceOfTheirs });
}

function lose(wire: Wire, reason: string, refused = false): void {
  if (wire.state === 'lost') return;
  wire.state = 'lost';
  clearTimeout(wire.loginTimer);
  if (wire.enquiries) clearInterval(wire.enquiries);
  wire.answeredGoodbye();
  // Final answers still go out, unless the peer reads nothing.
  wire.writer.flush();
  wire.socket.destroySoon();
  setTimeout(() => wire.socket.destroy(), GOODBYE_MS).unref();
  wire.handlers.lost(reason, refused);
}
