import '../cli/node-version.ts';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pino, { type Logger } from 'pino';
import { createOperator } from '../cli/admin.ts';
import { readConfig } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { consoleBuilt } from './launchers/console.ts';
import { lockOrHolder } from './launchers/lock.ts';
import { untilOrphaned } from './launchers/parent.ts';
import { freePort, givenPort } from './launchers/ports.ts';
import { startPostgres } from './launchers/postgres.ts';
import { startTemporal } from './launchers/temporal.ts';
import { CUSTOMER, firstState, SHORT_CODES, SIMS } from './first-state.ts';
import { startWorld, type World } from './simulator/world.ts';
import { startSystem } from '../system.ts';

/** What a stack keeps between two starts, in its data folder. Readable by its owner only. */
export type DevState = {
  secretsKey: string;
  operatorKey: string;
  accountId: string;
  apiKey: string;
  callbackSecret: string;
  /** Who may sign in to the console. */
  people: Record<'owner' | 'operator', { email: string; password: string }>;
  url: string;
  ports: World['ports'] & { api: number; inboundMail: number };
  addresses: Record<'phones' | 'mailbox' | 'endpoint' | 'gateway', string>;
  /** Null where it uses another's Temporal. */
  temporalUi: string | null;
};

export type DevOptions = {
  dataDir: string;
  log: Logger;
  progress: (line: string) => void;
  apiPort?: number;
  /** Empties the folder first. */
  fresh?: boolean;
};
export type Dev = AsyncDisposable & {
  state: DevState;
  temporalAddress: string;
  databaseUrl: string;
  world: World;
  failed: Promise<never>;
};

const STATE = 'dev.json';
const LOCK = 'dev.lock';

/** The state of the stack in that folder; null where there was none. */
export async function readDevState(dataDir: string): Promise<DevState | null> {
  try {
    const state: DevState = JSON.parse(await readFile(join(dataDir, STATE), 'utf8'));
    return state;
  } catch {
    return null;
  }
}

const PORTS = ['smsc', 'gateway', 'phones', 'mailbox', 'smtp', 'endpoint', 'api', 'inboundMail'] as const;

/** The ports of last time, which carriers and endpoints know. Rejects when another program has taken one. */
async function portsOf(before: DevState | null, api: number | undefined): Promise<DevState['ports']> {
  const ports = {
    smsc: 0,
    gateway: 0,
    phones: 0,
    mailbox: 0,
    smtp: 0,
    endpoint: 0,
    inboundMail: 0,
    ...before?.ports,
    api: api ?? before?.ports.api ?? 0,
  };
  for (const name of PORTS) {
    const remedy = `Free it, or ${name === 'api' ? 'name another by --port' : 'start over with --fresh'}.`;
    ports[name] = ports[name] === 0 ? await freePort() : await givenPort(ports[name], `The port of ${name}`, remedy);
  }
  return ports;
}

/** The folder of one stack, emptied if asked. Rejects, and deletes nothing, while another stack runs on it. */
async function takeFolder(dataDir: string, fresh: boolean): Promise<AsyncDisposable> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const taken = await lockOrHolder(join(dataDir, LOCK));
  if ('holder' in taken) throw new Error(runsAlready(dataDir, taken.holder, fresh, await readDevState(dataDir)));
  const before = fresh ? (await readdir(dataDir)).filter((name) => name !== LOCK) : [];
  for (const name of before) await rm(join(dataDir, name), { recursive: true, force: true });
  return taken.lock;
}

function runsAlready(dataDir: string, holder: number, fresh: boolean, state: DevState | null): string {
  if (fresh) return `Nothing was deleted: process ${holder} runs a stack on ${dataDir}; stop it there with Ctrl-C first.`;
  const addresses = state ? `:\n${columns(addressesOf(state))}` : ', and has not finished its first start.';
  return `A stack already runs on ${dataDir}, started by process ${holder}${addresses}`;
}

/** Runs everything on this machine: database, Temporal, simulated carriers, phones, mailbox and endpoint, and the product. */
export async function startDev({ dataDir, log, progress, apiPort, fresh = false }: DevOptions): Promise<Dev> {
  await using starting = new AsyncDisposableStack();
  starting.use(await takeFolder(dataDir, fresh));
  const before = await readDevState(dataDir);
  const ports = await portsOf(before, apiPort);

  const databaseUrl = process.env['DATABASE_URL'] ?? starting.use(await startPostgres({ dataDir, log })).url;
  progress(`PostgreSQL  ${withoutPassword(databaseUrl)}`);
  const temporal =
    process.env['TEMPORAL_ADDRESS'] === undefined
      ? starting.use(await startTemporal({ dataDir, log, progress, namespaces: ['aller-retour'] }))
      : { address: process.env['TEMPORAL_ADDRESS'], uiUrl: null };
  progress(`Temporal    ${temporal.address}`);

  const world = starting.use(
    await startWorld({
      log,
      shortCodes: SHORT_CODES,
      sims: SIMS,
      ports,
      ...(before ? { endpointSecrets: [before.callbackSecret] } : {}),
    }),
  );
  const secretsKey = before?.secretsKey ?? randomBytes(32).toString('base64');
  const config = configOf({ databaseUrl, temporal, world, ports, secretsKey });
  await migrate(databaseUrl);
  await consoleBuilt();
  const operatorKey =
    before?.operatorKey ?? (await createOperator(databaseUrl, `operator-${randomUUID().slice(0, 8)}@localhost.example`));
  const system = starting.use(await startSystem({ config, log }));
  if (system.url === null || system.inboundMailPort === null) throw new Error('The API did not start');
  world.mailbox.answersTo(system.inboundMailPort);

  const { url, inboundMailPort: inboundMail } = system;
  const state: DevState = {
    ...(before ?? (await firstState({ url, operatorKey, world, databaseUrl }))),
    secretsKey,
    operatorKey,
    url,
    ports: { ...world.ports, api: Number(new URL(url).port), inboundMail },
    addresses: { phones: world.phones.url, mailbox: world.mailbox.url, endpoint: world.endpoint.url, gateway: world.gateway.url },
    temporalUi: temporal.uiUrl,
  };
  await writeFile(join(dataDir, STATE), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });

  const stack = starting.move();
  return {
    state,
    temporalAddress: temporal.address,
    databaseUrl,
    world,
    failed: system.failed,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

type Parts = {
  databaseUrl: string;
  temporal: { address: string; uiUrl: string | null };
  world: World;
  ports: DevState['ports'];
  secretsKey: string;
};

/** The product's settings: the environment's, except for the addresses of its parts. */
const configOf = ({ databaseUrl, temporal, world, ports, secretsKey }: Parts) =>
  readConfig({
    NODE_ENV: 'development',
    SYNC_CLOCK: 'injected',
    CALLBACK_ALLOW_HTTP: 'true',
    CALLBACK_PORTS: '*',
    CALLBACK_ALLOW_CIDRS: '127.0.0.0/8,::1/128',
    SIMULATED_PHONES_URL: world.phones.url,
    LOG_LEVEL: 'warn',
    PORT: String(ports.api),
    PUBLIC_URL: `http://127.0.0.1:${ports.api}`,
    SMTP_URL: world.mailbox.smtpUrl,
    MAIL_INBOUND_DOMAIN: 'in.localhost.example',
    MAIL_INBOUND_PORT: String(ports.inboundMail),
    ...process.env,
    ROLE: 'all',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    ...(temporal.uiUrl === null ? {} : { TEMPORAL_UI_URL: temporal.uiUrl }),
    SECRETS_KEY: secretsKey,
  });

const withoutPassword = (url: string): string => {
  const bare = new URL(url);
  bare.password = '';
  return bare.href;
};

type Line = [name: string, value: string];

const addressesOf = ({ url, people, apiKey, operatorKey, temporalUi, addresses, callbackSecret }: DevState): Line[] => [
  ['Console', url],
  ['  owner', `${people.owner.email} / ${people.owner.password}`],
  ['  operator', `${people.operator.email} / ${people.operator.password}`],
  ['API', `${url}/v1`],
  ['  reference', `${url}/docs`],
  ['  account key', apiKey],
  ['  operator key', operatorKey],
  ['Temporal UI', temporalUi ?? 'none here'],
  ['Phones', `${addresses.phones}/phones`],
  ['Mailbox', `${addresses.mailbox}/mails   (replies go to ${CUSTOMER})`],
  ['  answer', `POST ${addresses.mailbox}/mails/{id}/answer {"text"}   (as its reader; goes out as an SMS)`],
  ['Endpoint', `${addresses.endpoint}/log   (receives at /hook)`],
  ['  secret', callbackSecret],
  ['SIM gateway', addresses.gateway],
];

const columns = (lines: Line[]): string => lines.map(([name, value]) => `  ${name.padEnd(15)}${value}`).join('\n');

const describe = ({ state, databaseUrl, world: { smsc, gateway, mailbox, ports } }: Dev): string =>
  columns([
    ...addressesOf(state),
    ['  login', `${gateway.username} / ${gateway.password}; ${SIMS.length} SIMs`],
    ['SMSC', `127.0.0.1:${ports.smsc}   (SMPP 3.4, ${smsc.systemId} / ${smsc.password}; short codes ${SHORT_CODES.join(', ')})`],
    ['SMTP', mailbox.smtpUrl],
    ['PostgreSQL', databaseUrl],
  ]);

if (import.meta.main) {
  const { values } = parseArgs({
    options: { fresh: { type: 'boolean', default: false }, data: { type: 'string', default: '.data' }, port: { type: 'string' } },
  });
  const dataDir = resolve(values.data);
  const stopped = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
    // npm killed by -9 leaves its children; a launcher that was put in the background is meant to stay.
    if (process.env['npm_lifecycle_event'] !== undefined) void untilOrphaned().then(done);
  });
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'warn' });
  try {
    const begun = performance.now();
    await using dev = await startDev({
      dataDir,
      fresh: values.fresh,
      log,
      progress: (line) => console.log(line),
      ...(values.port === undefined ? {} : { apiPort: Number(values.port) }),
    });
    console.log(
      `\nAller-Retour runs here, ready after ${((performance.now() - begun) / 1000).toFixed(1)} s. Data is kept in ${dataDir}.\n\n${describe(dev)}\n`,
    );
    console.log('Try it in another terminal: npm run demo. Stop with Ctrl-C; --fresh starts over.\n');
    await Promise.race([stopped, dev.failed]);
    console.log('Stopping.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
  process.exit();
}
