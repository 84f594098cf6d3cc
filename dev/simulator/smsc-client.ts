import type { Socket } from 'node:net';
import { createFramer } from '../../carriers/smpp/codec/framer.ts';
import { STATUS } from '../../carriers/smpp/codec/status.ts';
import { createPduWriter } from '../../carriers/smpp/codec/writer.ts';
import type { BindCommand, OutgoingPdu, Pdu } from '../../carriers/smpp/codec/pdu.ts';

export type SmscClient = {
  /** How it is bound; null before, and once it is gone. */
  bind: BindCommand | null;
  /** Answered with whatever else this turn of the event loop brings. Does nothing once the connection is gone. */
  send(pdu: OutgoingPdu): void;
  sendOctets(octets: Buffer): void;
  nextSequence(): number;
  /** Reads and writes nothing for a while. */
  stall(ms: number): void;
  /** Sends what waits, then closes. */
  end(): void;
  /** Closes at once: what the other side has not got is lost. */
  cut(): void;
};

type Handlers = { pdu(client: SmscClient, pdu: Pdu): void; lost(client: SmscClient): void };

export function serveClient(socket: Socket, handlers: Handlers): SmscClient {
  const framer = createFramer();
  const writer = createPduWriter((octets, done) => socket.write(octets, done));
  let sequence = 0;
  let gone = false;

  const client: SmscClient = {
    bind: null,
    send(pdu) {
      if (!gone) writer.pdu(pdu);
    },
    sendOctets(octets) {
      writer.flush();
      socket.write(octets);
    },
    nextSequence: () => (sequence = sequence === 0x7fffffff ? 1 : sequence + 1),
    stall(ms) {
      socket.pause();
      socket.cork();
      setTimeout(() => {
        socket.uncork();
        socket.resume();
      }, ms).unref();
    },
    end() {
      writer.flush();
      socket.end();
    },
    cut: () => socket.destroy(),
  };

  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    const { pdus, fault } = framer.feed(chunk);
    for (const pdu of pdus) handlers.pdu(client, pdu);
    if (fault === null) return;
    client.send({ command: 'generic_nack', status: STATUS.invalidCommandLength, sequence: 0 });
    client.end();
  });
  // 'close' follows.
  socket.on('error', () => {});
  socket.on('close', () => {
    gone = true;
    client.bind = null;
    handlers.lost(client);
  });
  return client;
}
