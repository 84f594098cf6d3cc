import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { z } from 'zod';
import { createOperator } from '../admin.ts';
import { freePort } from '../launchers/ports.ts';
import { startPostgres, type Postgres } from '../launchers/postgres.ts';
import { startTemporal, type Temporal } from '../launchers/temporal.ts';
import { seed, type Seeded } from '../seed.ts';

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
  /** Kills a part without a word and starts it again; resolves when it has been started. */
  kill(part: Part): Promise<void>;
};

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A stack of real processes of which each part can be killed (-9) and comes back on the same address, with the same data. */
export async function startFaultsStack(): Promise<FaultsStack> {
  await using starting = new AsyncDisposableStack();
  const log = pino({ level: 'silent' });
  const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-faults-'));
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));

  const worldProcess = fork(file('./faults-world.ts'), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  starting.defer(() => end(worldProcess));
  const [sent] = await once(worldProcess, 'message');
  const world = WorldAt.parse(sent);

  let postgres: Postgres = await startPostgres({ dataDir, log });
  starting.defer(() => postgres.stop());
  const temporalAt = () => startTemporal({ dataDir, log, progress: (line) => process.stderr.write(`${line}\n`) });
  let temporal: Temporal = await temporalAt();
  starting.defer(() => temporal.stop());

  const environment = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'test',
    CALLBACK_ALLOW_HTTP: 'true',
    CALLBACK_PORTS: '*',
    CALLBACK_ALLOW_CIDRS: '127.0.0.0/8',
    LOG_LEVEL: 'silent',
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    SMTP_URL: world.smtpUrl,
    PORT: String(await freePort()),
  };
  const product = async (role: 'api' | 'worker'): Promise<ChildProcess> => {
    const child = fork(file('../main.ts'), {
      execArgv: ['--import', 'tsx'],
      env: { ...environment, ROLE: role },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
    return child;
  };
  const operatorKey = await createOperator(postgres.url, 'faults@localhost.example');
  const processes = { worker: await product('worker'), api: await product('api') };
  starting.defer(() => end(processes.worker));
  starting.defer(() => end(processes.api));

  const url = `http://127.0.0.1:${environment.PORT}`;
  const { account, callback } = await seed({
    url,
    operatorKey,
    smpp: {
      host: '127.0.0.1',
      port: world.smscPort,
      systemId: world.systemId,
      password: world.password,
      shortCodes: ['38015', '38016'],
      settings: { window: 20, reconnectMinMs: 100, reconnectMaxMs: 1000 },
    },
    emails: [{ address: 'replies@customer.example', locale: 'en' }],
    callbackUrl: `${world.endpoint}/hook`,
  });
  worldProcess.send(callback?.secret ?? '');

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
    async kill(part) {
      switch (part) {
        case 'api':
        case 'worker':
          return restart(part);
        case 'postgres': {
          const [pid = ''] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
          process.kill(Number(pid), 'SIGKILL');
          await postgres.stop();
          postgres = await startPostgres({ dataDir, log });
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

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await exit;
  clearTimeout(late);
}
