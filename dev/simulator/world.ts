import { randomBytes, randomInt } from 'node:crypto';
import type { Logger } from 'pino';
import { startDinstar, type DinstarGateway } from './dinstar.ts';
import { startEndpoint, type Endpoint } from './endpoint.ts';
import { startMailbox, type Mailbox } from './mailbox.ts';
import { startPhones, type Phones } from './phones.ts';
import { startSmsc, type Smsc, type SmscOptions } from './smsc.ts';

export type WorldOptions = {
  shortCodes: string[];
  sims: { port: number; number: string }[];
  /** Ports of last time, so that addresses stay; free ones where absent. */
  ports?: Partial<WorldPorts>;
  /** Signing secrets that the endpoint knows from the start. */
  endpointSecrets?: string[];
  receipts?: SmscOptions['receipts'];
  /** The sender that the operator puts in place of 12345. */
  theirs?: string;
  log?: Logger;
};
export type WorldPorts = Record<'smsc' | 'gateway' | 'phones' | 'mailbox' | 'smtp' | 'endpoint', number>;
export type World = AsyncDisposable & {
  ports: WorldPorts;
  smsc: Smsc & { systemId: string; password: string };
  gateway: DinstarGateway & { username: string; password: string };
  phones: Phones;
  mailbox: Mailbox;
  endpoint: Endpoint;
};

/** The carriers' own ends of the line. */
const SYSTEM_ID = 'aller';
const PASSWORD = 'retour12';
const GATEWAY = { username: 'admin', password: 'gateway-demo' };

/** Carriers, the phones they reach, and a customer's mailbox and endpoint: the world outside, on loopback. */
export async function startWorld({
  shortCodes,
  sims,
  ports = {},
  endpointSecrets = [],
  receipts = { delayMs: 50 },
  theirs,
  log,
}: WorldOptions): Promise<World> {
  await using starting = new AsyncDisposableStack();
  const phones = starting.use(
    await startPhones({
      ...(ports.phones === undefined ? {} : { port: ports.phones }),
      networks: [
        { owns: (number) => shortCodes.includes(number), send: (sms) => smsc.deliver(sms) },
        { owns: (number) => sims.some((sim) => sim.number === number), send: async (sms) => gateway.receive(sms) },
      ],
    }),
  );
  const smsc: Smsc = starting.use(
    await startSmsc({
      systemId: SYSTEM_ID,
      password: PASSWORD,
      begunAt: randomInt(1_000_000_000),
      receipts,
      onMessage: phones.receive,
      ...(theirs === undefined ? {} : { shortCode: theirs }),
      ...(ports.smsc === undefined ? {} : { port: ports.smsc }),
      ...(log ? { log } : {}),
    }),
  );
  const gateway: DinstarGateway = starting.use(
    await startDinstar({
      ...GATEWAY,
      // The inbox is lost on stop: each start is another device.
      serial: `da00-0027-2100-${randomBytes(2).toString('hex')}`,
      sims,
      onMessage: phones.receive,
      ...(ports.gateway === undefined ? {} : { port: ports.gateway }),
    }),
  );
  const mailbox = starting.use(
    await startMailbox({
      ...(ports.mailbox === undefined ? {} : { port: ports.mailbox }),
      ...(ports.smtp === undefined ? {} : { smtpPort: ports.smtp }),
    }),
  );
  const endpoint = starting.use(
    await startEndpoint({ secrets: endpointSecrets, ...(ports.endpoint === undefined ? {} : { port: ports.endpoint }) }),
  );

  const stack = starting.move();
  return {
    ports: {
      smsc: smsc.port,
      gateway: Number(new URL(gateway.url).port),
      phones: phones.port,
      mailbox: mailbox.port,
      smtp: mailbox.smtpPort,
      endpoint: endpoint.port,
    },
    smsc: { ...smsc, systemId: SYSTEM_ID, password: PASSWORD },
    gateway: { ...gateway, ...GATEWAY },
    phones,
    mailbox,
    endpoint,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
