import type { Logger } from 'pino';
import { createFramer } from './codec/framer.ts';
import { STATUS, statusName } from './codec/status.ts';
import { createPduWriter } from './codec/writer.ts';
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
  /** Rises with each connection of a link. */
  number: number;
  nextSequence(): number;
  /** Does nothing on a lost connection. `written` is called once the octets are the system's, never if they did not get there. */
  send(pdu: OutgoingPdu, written?: () => void): void;
  /** Sends a submit_sm encoded earlier; answers its sequence number. */
  sendFrame(frame: Buffer): number;
  /** Gives the connection up, at once. */
  drop(reason: string): void;
  /** Says goodbye, waits for the answer, and closes. */
  unbind(graceMs: number): Promise<void>;
};

/** What concerns messages; the rest of the protocol stays in the connection. */
export type MessagePdu = Brought | MessageResp | Plain;

export type ConnectionHandlers = {
  /** The transport stands; the login is on its way. */
  binding(): void;
  bound(connection: Connection): void;
  message(pdu: MessagePdu, connection: Connection): void;
  /** All that came at once has been handed over. */
  caughtUp(): void;
  /** Once, last. `refused`: the carrier does not accept our login. */
  lost(reason: string, refused: boolean): void;
};

/** Connects, binds, and watches over the connection until it is lost. It does not come back: that is the link's matter. */
export function openConnection(
  settings: SmppSettings,
  { bind, host, number, log }: { bind: BindCommand; host: Host; number: number; log: Logger },
  handlers: ConnectionHandlers,
): Connection {
  let state: 'opening' | 'bound' | 'unbinding' | 'lost' = 'opening';
  let sequence = 0;
  let heard = false;
  let unanswered = 0;
  let failure = 'the carrier closed the connection';
  let enquiries: NodeJS.Timeout | null = null;
  let answeredGoodbye: () => void = () => {};

  const framer = createFramer();
  const socket = openSocket(settings, host, login);
  const writer = createPduWriter((octets, done) => socket.write(octets, done));
  const loginTimer = setTimeout(
    lose,
    Math.min(LONGEST_BIND_MS, settings.responseTimeoutMs),
    'the login was not answered in time',
  );
  socket.on('data', read);
  socket.on('error', (error: NodeJS.ErrnoException) => (failure = error.code ?? error.message));
  socket.on('close', () => lose(failure));

  const connection: Connection = {
    number,
    nextSequence: () => (sequence = sequence === 0x7fffffff ? 1 : sequence + 1),
    send(pdu, written) {
      if (state !== 'lost') writer.pdu(pdu, written);
    },
    sendFrame(frame) {
      const sequenceOfIt = connection.nextSequence();
      if (state !== 'lost') writer.frame(frame, sequenceOfIt);
      return sequenceOfIt;
    },
    drop: lose,
    async unbind(graceMs) {
      if (state === 'bound') {
        state = 'unbinding';
        connection.send({ command: 'unbind', status: 0, sequence: connection.nextSequence() });
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(graceMs, GOODBYE_MS));
          answeredGoodbye = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      lose('closed');
    },
  };
  return connection;

  function login(): void {
    if (state !== 'opening') return;
    handlers.binding();
    const { systemId, password, systemType, addressRange: range } = settings;
    const interfaceVersion = INTERFACE_VERSIONS[settings.interfaceVersion];
    const header = { command: bind, status: 0, sequence: connection.nextSequence() };
    connection.send({ ...header, systemId, password, systemType, interfaceVersion, range });
  }

  function read(chunk: Buffer): void {
    if (state === 'lost') return;
    const { pdus, fault } = framer.feed(chunk);
    heard = true;
    for (const pdu of pdus) handle(pdu);
    if (fault !== null) {
      nack(STATUS.invalidCommandLength, 0);
      lose(`the carrier sent something that is not SMPP. ${fault}`);
    }
    handlers.caughtUp();
  }

  function handle(pdu: Pdu): void {
    switch (pdu.command) {
      case 'enquire_link':
        return connection.send({ command: 'enquire_link_resp', status: 0, sequence: pdu.sequence });
      case 'enquire_link_resp':
        return;
      case 'unbind':
        connection.send({ command: 'unbind_resp', status: 0, sequence: pdu.sequence });
        return lose('the carrier said goodbye');
      case 'unbind_resp':
        return answeredGoodbye();
      case 'bind_receiver_resp':
      case 'bind_transmitter_resp':
      case 'bind_transceiver_resp':
        return loginAnswered(pdu.status);
      case 'generic_nack':
        if (state === 'opening') return loginAnswered(pdu.status || STATUS.unknown);
        return pass(pdu);
      case 'deliver_sm':
      case 'data_sm':
        // Not answered after our goodbye: it will be brought again.
        if (state === 'bound') pass(pdu);
        return;
      case 'submit_sm_resp':
        return pass(pdu);
      case 'deliver_sm_resp':
      case 'data_sm_resp':
        return;
      case 'unreadable':
        if (pdu.id >= RESPONSE || pdu.id === COMMAND.alert_notification) return;
        log.warn({ problem: pdu.problem, command: pdu.id }, 'The carrier sent a PDU that can not be read');
        return nack(pdu.problem === null ? STATUS.invalidCommandId : STATUS.invalidCommandLength, pdu.sequence);
      case 'submit_sm':
      case 'bind_receiver':
      case 'bind_transmitter':
      case 'bind_transceiver':
        return nack(STATUS.invalidCommandId, pdu.sequence);
      default:
        return pdu satisfies never;
    }
  }

  function pass(pdu: MessagePdu): void {
    if (state === 'lost') return;
    try {
      handlers.message(pdu, connection);
    } catch (error) {
      log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'Handling a PDU failed; the session goes on');
    }
  }

  function loginAnswered(status: number): void {
    if (state !== 'opening') return;
    if (status !== STATUS.ok) return lose(statusName(status), REFUSALS.includes(status));
    state = 'bound';
    clearTimeout(loginTimer);
    enquiries = setInterval(enquire, settings.enquireLinkMs);
    handlers.bound(connection);
  }

  function enquire(): void {
    if (heard) {
      heard = false;
      unanswered = 0;
      return;
    }
    if (unanswered === MOST_UNANSWERED_ENQUIRIES) return lose('the carrier does not answer enquire_link');
    unanswered++;
    connection.send({ command: 'enquire_link', status: 0, sequence: connection.nextSequence() });
  }

  function nack(status: number, sequenceOfTheirs: number): void {
    connection.send({ command: 'generic_nack', status, sequence: sequenceOfTheirs });
  }

  function lose(reason: string, refused = false): void {
    if (state === 'lost') return;
    state = 'lost';
    clearTimeout(loginTimer);
    if (enquiries) clearInterval(enquiries);
    answeredGoodbye();
    // Our last words go out, unless the peer takes nothing any more.
    writer.flush();
    socket.destroySoon();
    setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
    handlers.lost(reason, refused);
  }
}
