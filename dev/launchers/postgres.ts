import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Child, type Log, commandOf, lastLines, rotate, startChild } from './child.ts';
import { lock } from './lock.ts';
import { freePort } from './ports.ts';
import { type PostgresBinaries, findPostgres } from './postgres-binaries.ts';
import { type Place, type State, makeData, readState, readStatus, writeState } from './postgres-data.ts';
import { type ServerIdentity, giveTo, serverIdentity } from './postgres-user.ts';

export type PostgresOptions = { log: Log } & (
  | {
      /** Where the data lives: in its sub-folder `postgres`, which is made on the first start. Other files are beside it. */
      dataDir: string;
      throwaway?: false;
      below?: never;
    }
  | {
      /** For tests: without fsync, in a new folder that is removed after `stop()` or a crash. */
      throwaway: true;
      /** Where that folder is made; the system's temporary one when absent. */
      below?: string;
      /** Not allowed here: a temporary server never removes a folder that was named. */
      dataDir?: string;
    }
);

export type Postgres = AsyncDisposable & {
  /** postgres://user:password@127.0.0.1:port/aller_retour, of a user who may create databases. Holds a secret. */
  url: string;
  /** Stops the server and waits for it; leaves one alone that another process had started. */
  stop: () => Promise<void>;
};

const DATABASE = 'aller_retour';
/** After a crash there may be a gigabyte of log to replay. */
const START_MS = 120_000;

/** For two cores shared with everything else. Given at each start, so that an old data folder gets new settings too. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=256MB',
  'jit=off', // Costs more than it gives in short queries.
  'max_parallel_workers_per_gather=0', // No query takes the other core, and containers have a small /dev/shm.
  'random_page_cost=1.1',
  'wal_level=minimal', // Nothing replicates from here.
  'max_wal_senders=0',
  'max_logical_replication_workers=0',
  'max_wal_size=2GB',
  'checkpoint_timeout=15min',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_checkpoints=off',
  // Statements and details ("Key (phone)=(…) exists") hold numbers and texts, which belong in no log.
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
];
const FORGETFUL = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** Starts PostgreSQL, or uses the one that a living launcher runs on `dataDir`. It ends with this process, however that ends. */
export async function startPostgres({ log, ...options }: PostgresOptions): Promise<Postgres> {
  const binaries = await findPostgres();
  for (let attempt = 1; ; attempt++) {
    const place = await makePlace(options);
    try {
      const identity = await serverIdentity(place.data);
      if (place.throwaway) await giveTo(identity, place.folder, binaries.postgres);
      await using _ = await lock(join(place.folder, 'postgres.lock'), () =>
        log.info('PostgreSQL: another process is starting it. Waiting.'),
      );
      return (await adopt(place, log)) ?? (await startServer(place, binaries, identity, { otherPort: attempt > 1, log }));
    } catch (error) {
      if (place.throwaway) await rm(place.folder, { recursive: true, force: true });
      // Somebody else took the port between our look and the server's.
      if (attempt === 3 || !(error instanceof Error && /Address already in use/i.test(error.message))) throw error;
    }
  }
}

async function makePlace({ throwaway, dataDir, below = tmpdir() }: Omit<PostgresOptions, 'log'>): Promise<Place> {
  const temporary = throwaway === true || dataDir === undefined;
  const named = temporary ? await mkdtemp(join(below, 'aller-retour-postgres-')) : resolve(dataDir);
  await mkdir(named, { recursive: true });
  const folder = await realpath(named); // The real path: a running server is found by it.
  return { folder, data: join(folder, 'postgres'), logFile: join(folder, 'postgres.log'), throwaway: temporary };
}

/** A server that a living launcher runs here is used as it is. One whose launcher is gone is told to end, and waited for. */
async function adopt({ data }: Place, log: Log): Promise<Postgres | null> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const status = await readStatus(data);
    if (status === null) return null;
    const state = await readState(data);
    const running = await commandOf(status.pid);
    if (state === null || running?.includes(`-D ${data} `) !== true) {
      // A file left by a crash is harmless unless its process id belongs to another by now.
      if (running !== null) await rm(join(data, 'postmaster.pid'), { force: true });
      return null;
    }
    const launched = (await commandOf(state.launcher)) !== null;
    if (launched && status.ready) {
      log.info(`PostgreSQL: the one that process ${String(state.launcher)} runs on ${data} is used, and left running.`);
      const stop = () => Promise.resolve();
      return { url: urlOf({ ...state, port: status.port }), stop, [Symbol.asyncDispose]: stop };
    }
    if (!launched) process.kill(status.pid, 'SIGINT');
    if (Date.now() > deadline)
      throw new Error(`Process ${String(status.pid)} holds ${data} and neither starts nor ends. End it.`);
    await sleep(50);
  }
}

async function startServer(
  place: Place,
  binaries: PostgresBinaries,
  identity: ServerIdentity,
  { otherPort, log }: { otherPort: boolean; log: Log },
): Promise<Postgres> {
  const { data, folder, logFile, throwaway } = place;
  const startedAt = Date.now();
  await rotate(logFile);
  const made = await makeData(place, binaries, identity, log);
  const before = await readState(data);
  if (before === null) throw new Error(`${data} changed while PostgreSQL was being started. Start again.`);
  // The port of last time, so that addresses stay valid.
  const port = await freePort(before.port === 0 || otherPort ? undefined : before.port);
  const state = { ...before, port, launcher: process.pid };
  await writeState(data, state, identity);
  // A killed server leaves a file that says "ready". It stays: by it PostgreSQL finds processes that the kill left behind.
  const stale = await readStatus(data);
  const settings = [...SETTINGS, ...(throwaway ? FORGETFUL : [])].flatMap((setting) => ['-c', setting]);
  const child = await startChild({
    command: [...identity.prefix, binaries.postgres, '-D', data, '-p', String(port), ...settings],
    logFile,
    // QUIT ends at once; INT is a fast shutdown: sessions are cut, the data is whole.
    endWith: throwaway ? 'QUIT' : 'INT',
    graceSeconds: 60,
    user: identity.user,
    removeAfter: throwaway ? folder : undefined,
    onSelfEnd: (code) => log.warn(`PostgreSQL ended by itself (${String(code)}). ${logFile} says why.`),
  });
  try {
    await untilReady(place, child, stale?.pid ?? null);
    await createDatabase(urlOf(state));
  } catch (error) {
    await child.stop();
    throw error;
  }
  const news = throwaway ? 'a throwaway' : made ? `made ${data}` : data;
  log.info(`PostgreSQL: ready on 127.0.0.1:${String(port)} (${news}) after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
  return { url: urlOf(state), stop: child.stop, [Symbol.asyncDispose]: child.stop };
}

async function untilReady({ data, logFile }: Place, child: Child, stalePid: number | null): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const status = await readStatus(data);
    if (status !== null && status.ready && status.pid !== stalePid) return;
    if (child.hasEnded()) throw new Error(`PostgreSQL did not start on ${data}:\n${await lastLines(logFile)}`);
    if (Date.now() > deadline) throw new Error(`PostgreSQL was not ready after two minutes. ${logFile} says why.`);
    await sleep(15);
  }
}

async function createDatabase(url: string): Promise<void> {
  const address = new URL(url);
  address.pathname = '/postgres';
  const client = new Client({ connectionString: address.href });
  client.on('error', () => {}); // The query under way reports it too.
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

const urlOf = ({ password, port }: State) => `postgres://postgres:${password}@127.0.0.1:${String(port)}/${DATABASE}`;
