import { execFile, fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pino from 'pino';
import { z } from 'zod';
import { createOperator, restored } from '../../cli/admin.ts';
import { freePort } from '../../dev/launchers/ports.ts';
import { startPostgres, type Postgres } from '../../dev/launchers/postgres.ts';
import { startTemporal, type Temporal } from '../../dev/launchers/temporal.ts';
import { seed, type Seeded } from '../../dev/seed.ts';
import { ended } from '../stage/world-process.ts';
import { startDisk, type Disk } from './faults-disk.ts';
import { startLinks, type Links } from './faults-links.ts';

export const PARTS = ['worker', 'api', 'temporal', 'postgres'] as const;
export type Part = (typeof PARTS)[number];

const WorldAt = z.object({
  smscPort: z.number(),
  systemId: z.string(),
  password: z.string(),
  phones: z.string(),
  mailbox: z.string(),
  smtpUrl: z.string(),
  endpoint: z.string(),
});

export type FaultsStack = AsyncDisposable & {
  url: string;
  world: z.infer<typeof WorldAt>;
  account: Seeded['account'];
  operator: Seeded['operator'];
  /** The proxies between the product and everything else; null unless `proxied`. */
  links: Links | null;
  disk: Disk | null;
  /** Kills a part without a word and starts it again; resolves when it has been started. */
  kill(part: Part): Promise<void>;
  /** From now on the clocks of API and worker are wrong by so much. */
  shiftClocks(ms: number): void;
  /** Copies the database's files, as they are at a clean stop. */
  backUp(): Promise<void>;
  /** Stops PostgreSQL in order, and starts it again so many milliseconds later. */
  away(ms: number): Promise<void>;
  /** Stops everything, puts the files of the backup in place of the database, says so, and starts again. Answers what is in doubt for it. */
  restore(): Promise<number>;
};

export type FaultsStackOptions = {
  /** Every connection of the product goes through a proxy that can spoil it. */
  proxied?: boolean;
  /** The database is on a disk of its own, of so many megabytes. Needs root. */
  diskMegabytes?: number;
  smpp?: Record<string, unknown>;
};

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A stack of real processes of which each part can be killed (-9) and comes back on the same address, with the same data. */
export async function startFaultsStack({
  proxied = false,
  diskMegabytes,
  smpp = {},
}: FaultsStackOptions = {}): Promise<FaultsStack> {
  await using starting = new AsyncDisposableStack();
  const log = pino({ level: 'silent' });
  const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-faults-'));
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));
  const databaseDir = join(dataDir, 'database');
  const disk = diskMegabytes === undefined ? null : starting.use(await startDisk(databaseDir, diskMegabytes));

  const worldProcess = fork(file('./faults-world.ts'), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  starting.defer(() => ended(worldProcess));
  const [sent] = await once(worldProcess, 'message');
  const world = WorldAt.parse(sent);

  let postgres: Postgres = await startPostgres({ dataDir: databaseDir, log });
  starting.defer(() => postgres.stop());
  const temporalAt = () => startTemporal({ dataDir, log, progress: (line) => process.stderr.write(`${line}\n`) });
  let temporal: Temporal = await temporalAt();
  starting.defer(() => temporal.stop());

  const links = proxied
    ? starting.use(
        await startLinks({
          postgres: postgres.url,
          temporal: temporal.address,
          smsc: `127.0.0.1:${world.smscPort}`,
          smtp: world.smtpUrl,
          endpoint: world.endpoint,
        }),
      )
    : null;
  const environment = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'test',
    CALLBACK_ALLOW_HTTP: 'true',
    CALLBACK_PORTS: '*',
    CALLBACK_ALLOW_CIDRS: '127.0.0.0/8',
    LOG_LEVEL: 'silent',
    DATABASE_URL: links?.at.postgres ?? postgres.url,
    TEMPORAL_ADDRESS: links?.at.temporal ?? temporal.address,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    SMTP_URL: links?.at.smtp ?? world.smtpUrl,
    PORT: String(await freePort()),
  };
  const product = async (role: 'api' | 'worker'): Promise<ChildProcess> => {
    const child = fork(file('../../main.ts'), {
      execArgv: ['--import', 'tsx', '--import', file('./faults-clock.ts')],
      env: { ...environment, ROLE: role },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
    return child;
  };
  const operatorKey = await createOperator(postgres.url, 'faults@localhost.example');
  const processes = { worker: await product('worker'), api: await product('api') };
  starting.defer(() => ended(processes.worker));
  starting.defer(() => ended(processes.api));

  const url = `http://127.0.0.1:${environment.PORT}`;
  const { account, operator, callback } = await seed({
    url,
    operatorKey,
    smpp: {
      host: '127.0.0.1',
      port: links ? Number(links.at.smsc.split(':')[1]) : world.smscPort,
      systemId: world.systemId,
      password: world.password,
      shortCodes: ['38015', '38016'],
      settings: { window: 20, reconnectMinMs: 100, reconnectMaxMs: 1000, ...smpp },
    },
    emails: [{ address: 'replies@customer.example', locale: 'en' }],
    callbackUrl: `${links?.at.endpoint ?? world.endpoint}/hook`,
  });
  worldProcess.send(callback?.secret ?? '');

  const stopProduct = () => Promise.all([ended(processes.worker), ended(processes.api)]);
  let backupAt = new Date(0);
  const [live, copy] = [join(databaseDir, 'postgres'), join(databaseDir, 'backup')];

  /** A process that can't start because something else is away is started again, as a supervisor would. */
  async function restart(role: 'api' | 'worker'): Promise<void> {
    processes[role].kill('SIGKILL');
    if (processes[role].exitCode === null && processes[role].signalCode === null) await once(processes[role], 'exit');
    for (;;) {
      processes[role] = await product(role);
      if (processes[role].exitCode === null && processes[role].signalCode === null) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  const stack = starting.move();
  return {
    url,
    world,
    account,
    operator,
    links,
    disk,
    shiftClocks(ms) {
      for (const child of Object.values(processes)) child.send({ clockIsAheadMs: ms });
    },
    async backUp() {
      await postgres.stop();
      backupAt = new Date();
      await rm(copy, { recursive: true, force: true });
      // With the owners of the files: the server refuses others'.
      await promisify(execFile)('cp', ['-a', live, copy]);
      postgres = await startPostgres({ dataDir: databaseDir, log });
    },
    async away(ms) {
      await postgres.stop();
      await new Promise((resolve) => setTimeout(resolve, ms));
      postgres = await startPostgres({ dataDir: databaseDir, log });
    },
    async restore() {
      const lostAt = new Date();
      await stopProduct();
      await postgres.stop();
      await rm(live, { recursive: true });
      await rename(copy, live);
      postgres = await startPostgres({ dataDir: databaseDir, log });
      const inDoubt = await restored(postgres.url, backupAt, lostAt);
      await Promise.all([restart('worker'), restart('api')]);
      return inDoubt;
    },
    async kill(part) {
      switch (part) {
        case 'api':
        case 'worker':
          return restart(part);
        case 'postgres': {
          const file = await readFile(join(live, 'postmaster.pid'), 'utf8').catch(() => '');
          const [pid = ''] = file.split('\n');
          if (pid !== '') process.kill(Number(pid), 'SIGKILL');
          await postgres.stop();
          postgres = await startPostgres({ dataDir: databaseDir, log });
          return undefined;
        }
        case 'temporal': {
          const state: unknown = JSON.parse(await readFile(join(dataDir, 'temporal.json'), 'utf8'));
          const { server } = z.object({ server: z.number() }).parse(state);
          const children = await readFile(`/proc/${server}/task/${server}/children`, 'utf8');
          for (const child of children.trim().split(' ').map(Number)) if (child > 0) process.kill(child, 'SIGKILL');
          await temporal.stop();
          temporal = await temporalAt();
          return undefined;
        }
        default:
          return part satisfies never;
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
