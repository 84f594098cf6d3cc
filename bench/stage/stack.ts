import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { z } from 'zod';
import { createOperator } from '../../cli/admin.ts';
import { startPostgres } from '../../dev/launchers/postgres.ts';
import { startTemporalOnPostgres } from '../../dev/launchers/temporal-production.ts';
import { startTemporal } from '../../dev/launchers/temporal.ts';
import { createClient, seed, textOf, type Answer, type ApiClient } from '../../dev/seed.ts';
import { hostOf } from './sink.ts';
import { slowDisk } from './slow.ts';
import { ended } from '../../dev/launchers/child.ts';
import { pathOf, startWorld, type World } from './world-process.ts';

export type StackOptions = {
  /** Null withholds receipts. */
  receipts: { delayMs: number } | null;
  window: number;
  /** Latency of the customers' endpoints. */
  endpointLatencyMs?: number;
  /** Sends mails to the world's mailboxes. */
  mails?: boolean;
  maxBinds?: number;
  /** The carrier's rate limit. */
  segmentsPerSecond?: number;
  /** `workerHeapMb`: heap limit; by default Node takes what it finds. */
  workers?: number;
  workerHeapMb?: number;
  env?: Record<string, string>;
  /** Folder for CPU profiles. */
  profileDir?: string;
  /** The built product and Temporal on PostgreSQL; otherwise source and the development server. */
  production?: boolean;
  slowed?: boolean;
};

export const NAMESPACE = 'aller-retour';
export const SHORT_CODE = '38015';

export type Stack = AsyncDisposable & {
  url: string;
  databaseUrl: string;
  temporalAddress: string;
  smtpUrl: string;
  operator: ApiClient;
  account: ApiClient;
  key: string;
  pids: { api: number; workers: number[] };
  world: World;
  oneMore(): Promise<void>;
  /** Creates an account with two-way SMS and an endpoint on one of 200 servers. */
  customer(n: number, fields?: Answer): Promise<Customer>;
  /** Heap bytes of the worker after a collection. */
  heap(): Promise<number>;
};

export type Customer = ApiClient & { endpointId: string };

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const HEAP = new URL('./heap.ts', import.meta.url).href;

/** Starts PostgreSQL with fsync, Temporal, the API, workers, and the simulated world, each in its own process. */
export async function startStack({
  receipts,
  window,
  endpointLatencyMs = 0,
  mails = false,
  maxBinds = 1,
  segmentsPerSecond,
  workers = 1,
  workerHeapMb,
  env = {},
  profileDir,
  production = false,
  slowed = false,
}: StackOptions): Promise<Stack> {
  await using starting = new AsyncDisposableStack();
  const log = pino({ level: 'warn' }, process.stderr);
  const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-bench-'));
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));
  const postgres = starting.use(await startPostgres({ dataDir, log }));
  if (slowed) starting.use(await slowDisk(postgres.url, dataDir));
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const temporal = starting.use(
    production
      ? await startTemporalOnPostgres({ dataDir, postgresUrl: postgres.url, log, progress })
      : await startTemporal({ dataDir, log, progress }),
  );
  const operatorKey = await createOperator(postgres.url, 'bench@localhost.example');

  const { world, smscPort, endpointPort, smtpPort } = starting.use(await startWorld({ receipts, latencyMs: endpointLatencyMs }));

  const smtpUrl = `smtp://127.0.0.1:${smtpPort}`;
  const environment = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'test',
    SYNC_CLOCK: 'injected',
    CALLBACK_ALLOW_HTTP: 'true',
    CALLBACK_PORTS: '*',
    CALLBACK_ALLOW_CIDRS: '127.0.0.0/8',
    LOG_LEVEL: 'error',
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    PORT: '0',
    ...(mails ? { SMTP_URL: smtpUrl, MAIL_FROM: 'Aller-Retour <replies@aller-retour.example>' } : {}),
    ...(process.env['REPLIES_PER_RUN'] === undefined ? {} : { REPLIES_PER_RUN: process.env['REPLIES_PER_RUN'] }),
    ...env,
  };
  const children: ChildProcess[] = [];
  starting.defer(async () => void (await Promise.all(children.map(ended))));
  const pids: Stack['pids'] = { api: 0, workers: [] };
  const product = async (role: 'api' | 'worker'): Promise<{ child: ChildProcess; url: string | null }> => {
    const child = fork(production ? BUILT : MAIN, {
      execArgv: [
        ...(production ? [] : ['--import', 'tsx']),
        ...(role === 'worker' ? ['--import', HEAP] : []),
        ...(role === 'worker' && workerHeapMb !== undefined ? [`--max-old-space-size=${workerHeapMb}`] : []),
        ...(profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]),
      ],
      env: { ...environment, ROLE: role },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.push(child);
    if (role === 'api') pids.api = child.pid ?? 0;
    else pids.workers.push(child.pid ?? 0);
    const [message] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error(`The ${role} process ended before it was ready`))),
    ]);
    return { child, url: z.object({ url: z.string().nullable() }).parse(message).url };
  };
  const worker = (await product('worker')).child;
  const oneMore = async (): Promise<void> => void (await product('worker'));
  for (let n = 1; n < workers; n++) await oneMore();
  const { url } = await product('api');
  if (url === null) throw new Error('The API did not start');

  const smpp = {
    host: '127.0.0.1',
    port: smscPort,
    systemId: 'bench',
    password: 'bench',
    shortCodes: [SHORT_CODE],
    settings: { window, maxBinds, ...(segmentsPerSecond === undefined ? {} : { segmentsPerSecond }) },
  };
  const { operator, account, key } = await seed({ url, operatorKey, smpp });

  const stack = starting.move();
  return {
    url,
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    smtpUrl,
    operator,
    account,
    key,
    pids,
    world,
    oneMore,
    async heap() {
      const answered = once(worker, 'message');
      worker.send('heap');
      return z.object({ heap: z.number() }).parse((await answered)[0]).heap;
    },
    async customer(n, fields = {}) {
      const made = await operator.send('POST', '/v1/operator/accounts', {
        name: `Client ${n}`,
        country: 'FR',
        locale: 'fr',
        timeZone: 'Europe/Paris',
      });
      const id = textOf(made, 'id');
      await operator.send('PUT', `/v1/operator/accounts/${id}/two-way`, { state: 'on', reason: 'a bench' });
      const key = textOf(await operator.send('POST', `/v1/operator/accounts/${id}/keys`, { name: 'bench' }), 'key');
      const client = createClient(url, key);
      const endpoint = await client.send('POST', '/v1/callback-endpoints', {
        url: `http://${hostOf(n)}:${endpointPort}${pathOf(n)}`,
        ...fields,
      });
      return { ...client, endpointId: textOf(endpoint, 'id') };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export const CAMPAIGN = {
  name: 'Banc',
  route: 'premium',
  withReplies: true,
  purpose: 'transactional',
  text: 'Bonjour {{prenom}}, votre commande est prête. Passerez-vous samedi ? Répondez OUI ou NON.',
};

/** Launches a campaign; `seconds`: until it was accepted. */
export async function launch(
  account: ApiClient,
  phones: string[],
  fields: object = {},
): Promise<{ id: string; seconds: number }> {
  const recipients = phones.map((to, index) => ({ to, prenom: 'Zoé', reference: `commande-${index}` }));
  const begun = performance.now();
  const accepted = await account.send(
    'POST',
    '/v1/campaigns',
    { ...CAMPAIGN, recipients, ...fields },
    { 'idempotency-key': randomUUID() },
  );
  return { id: textOf(accepted, 'id'), seconds: (performance.now() - begun) / 1000 };
}

/** Distinct French mobile numbers. */
export const phones = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `+336${String(10_000_000 + from + index)}`);
