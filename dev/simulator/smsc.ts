import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { Logger } from 'pino';
import type { Pdu, ShortMessage, SubmitSm } from '../../carriers/smpp/codec/pdu.ts';
import { serveClient } from './smsc-client.ts';
import type { SmscClient } from './smsc-client.ts';
import { createDeliveries, type Deliveries } from './smsc-deliveries.ts';
import { createDesk } from './smsc-desk.ts';
import type { SmscCounts, SmscDesk } from './smsc-desk.ts';
import type { SubmittedSms } from './smsc-inbox.ts';
import { phoneMessages } from './smsc-phone.ts';
import { createReceipts } from './smsc-receipts.ts';
import type { MessageIdForm, ReceiptOptions, Receipts } from './smsc-receipts.ts';

export type SmscOptions = {
  /** A free one by default. Listens on 127.0.0.1 only. */
  port?: number;
  /** How many hosts the account has, each at a port of its own; 1 by default. */
  hosts?: number;
  systemId: string;
  password: string;
  log?: Logger;
  /** Off by default. Only submissions that ask for a receipt get one. */
  receipts?: ReceiptOptions | 'off';
  messageIds?: MessageIdForm;
  /** First message id and reference of long messages, so that a restarted SMSC repeats none. 0 by default. */
  begunAt?: number;
  /** How long a message that was answered "try again" waits; half a second by default. */
  redeliverMs?: number;
  /** Messages brought to one client and unanswered at once; 100 by default. */
  deliverWindow?: number;
  /** Binds beyond so many are refused as already bound; no limit by default. */
  maxBinds?: number;
  /** A bound client that does not answer for so long is disconnected; never by default. */
  silentMs?: number;
  /** How many submitted messages to remember; at least the last 50,000 by default. */
  remember?: number;
  /** The sender that phones and receipts see in place of 12345; `submitted` keeps the one that came. */
  shortCode?: string;
  /** Called once per whole message that was accepted, whatever then becomes of the answer. */
  onMessage?(sms: Omit<SubmittedSms, 'messageId' | 'messageIds' | 'validityPeriod'>): void;
};

export type Smsc = AsyncDisposable &
  Omit<SmscDesk, 'handle'> & {
    port: number;
    /** Of every host, the first one's first. */
    ports: number[];
    /** Whole messages, oldest first. */
    submitted: SubmittedSms[];
    counts: Readonly<SmscCounts>;
    /** How many clients are bound. */
    bound(): number;
    boundAt(host: number): number;
    /** A message from a phone; a long one goes in parts, last first when `reversed`. Resolves when all of it is acknowledged. */
    deliver(sms: { from: string; to: string; text: string; reversed?: boolean }): Promise<void>;
    /** Any deliver_sm at all, as it is. */
    bring(content: ShortMessage): Promise<void>;
    /** Destroys every connection, or those of one host, with what is on its way. */
    cut(host?: number): void;
    /** That host takes no more connections, until the answer is called. */
    down(host: number): () => Promise<void>;
    /** Every connection reads and writes nothing for so long. */
    stall(ms: number): void;
    /** Sends every client bytes that are not a PDU. */
    garbage(): void;
    /** Asks every client whether it is there. */
    enquire(): void;
    /** Unbinds every client. */
    goodbye(): void;
    stop(): Promise<void>;
  };

/** An SMSC for development, tests and benches: SMPP 3.4 over plain TCP, for any number of clients of one account. */
export async function startSmsc(options: SmscOptions): Promise<Smsc> {
  const { messageIds = 'decimal', remember = 50_000, begunAt = 0 } = options;
  /** Each with its host. */
  const clients = new Map<SmscClient, number>();
  const submitted: SubmittedSms[] = [];
  const counts = noCounts();
  const heard = new WeakMap<SmscClient, number>();
  const bound = (): number => [...clients.keys()].filter(({ bind }) => bind !== null).length;
  let lastReference = begunAt;
  const shown = (sender: string): string => (sender === '12345' && options.shortCode !== undefined ? options.shortCode : sender);

  const deliveries = createDeliveries({
    receivers: () => [...clients.keys()].filter(({ bind }) => bind === 'bind_receiver' || bind === 'bind_transceiver'),
    window: options.deliverWindow ?? 100,
    redeliverMs: options.redeliverMs ?? 500,
    counts,
  });
  const receipts = receiptsOf(options, deliveries, shown);
  const { handle, ...desk } = createDesk({
    systemId: options.systemId,
    password: options.password,
    messageIds,
    begunAt,
    log: options.log,
    full: () => options.maxBinds !== undefined && bound() >= options.maxBinds,
    counts,
    deliveries,
    receipts,
    accepted(sms) {
      keepLast(submitted, sms, remember);
      const { from, to, text, segments, at } = sms;
      options.onMessage?.({ from: shown(from), to, text, segments, at });
    },
  });

  const line = {
    pdu(from: SmscClient, pdu: Pdu) {
      heard.set(from, performance.now());
      handle(from, pdu);
    },
    lost(gone: SmscClient) {
      clients.delete(gone);
      deliveries.lost(gone);
    },
  };
  const serve = (host: number) => createServer((socket) => void clients.set(serveClient(socket, line), host));
  const servers = Array.from({ length: options.hosts ?? 1 }, (_, host) => serve(host));
  const ports: number[] = [];
  for (const [host, server] of servers.entries()) ports.push(await listen(server, host === 0 ? (options.port ?? 0) : 0));

  const { cut, ...troubles } = troublesOf(clients);
  const watch = options.silentMs === undefined ? undefined : watchSilence(clients, heard, options.silentMs);
  async function stop(): Promise<void> {
    clearInterval(watch);
    receipts?.stop();
    deliveries.stop();
    cut();
    await Promise.all(servers.map(async (server) => server.listening && new Promise((resolve) => server.close(resolve))));
  }

  return {
    ...desk,
    port: ports[0] ?? 0,
    ports,
    submitted,
    counts,
    bound,
    boundAt: (host) => [...clients].filter(([{ bind }, own]) => bind !== null && own === host).length,
    async deliver({ reversed = false, ...sms }) {
      const messages = phoneMessages(sms, ++lastReference);
      await Promise.all((reversed ? messages.reverse() : messages).map((message) => deliveries.bring(message)));
    },
    bring: (content) => deliveries.bring(content),
    cut,
    down(host) {
      cut(host);
      return reopening(servers[host], ports[host]);
    },
    ...troubles,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Faults for connected clients. `clients`: each with its host. */
function troublesOf(clients: Map<SmscClient, number>) {
  const each = (act: (client: SmscClient) => void): void => clients.forEach((_, client) => act(client));
  return {
    cut: (host?: number): void => each((client) => (host === undefined || clients.get(client) === host) && client.cut()),
    stall: (ms: number): void => each((client) => client.stall(ms)),
    garbage: (): void => each((client) => client.sendOctets(Buffer.from('000000050badf00d', 'hex'))),
    enquire: (): void => each((client) => client.send({ command: 'enquire_link', status: 0, sequence: client.nextSequence() })),
    goodbye: (): void => each((client) => client.send({ command: 'unbind', status: 0, sequence: client.nextSequence() })),
  };
}

function receiptsOf(
  { receipts = 'off', messageIds = 'decimal' }: SmscOptions,
  deliveries: Deliveries,
  shown: (sender: string) => string,
): Receipts | null {
  if (receipts === 'off') return null;
  const made = createReceipts(receipts, messageIds, (receipt) => deliveries.bringQuietly(receipt));
  const seen = (pdu: SubmitSm): SubmitSm => ({ ...pdu, source: { ...pdu.source, address: shown(pdu.source.address) } });
  return { ...made, owe: (pdu, id) => made.owe(seen(pdu), id) };
}

function keepLast<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most * 2) list.splice(0, list.length - most);
}

/** Closes a server; the answer opens it again at its port. */
function reopening(server: Server | undefined, port = 0): () => Promise<void> {
  server?.close();
  return async () => void (server && (await listen(server, port)));
}

/** Sends enquire_link to silent clients and disconnects those that do not answer. */
function watchSilence(clients: Map<SmscClient, number>, heard: WeakMap<SmscClient, number>, silentMs: number): NodeJS.Timeout {
  const ask = (client: SmscClient): void => {
    if (client.bind === null) return;
    if (performance.now() - (heard.get(client) ?? 0) > silentMs) return client.cut();
    client.send({ command: 'enquire_link', status: 0, sequence: client.nextSequence() });
  };
  return setInterval(() => clients.forEach((_, client) => ask(client)), silentMs / 3);
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The SMSC has no port.');
  return address.port;
}

const noCounts = (): SmscCounts => ({
  binds: 0,
  refusedBinds: 0,
  submits: 0,
  accepted: 0,
  throttled: 0,
  rejected: 0,
  enquiries: 0,
  enquiriesAnswered: 0,
  nacks: 0,
  delivered: 0,
  acknowledged: 0,
  redelivered: 0,
  refused: 0,
});
