import { randomInt } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { type Log, lastLines, rotate, run, startChild } from './child.ts';
import { freePort } from './ports.ts';
import { ensureProductionServer, type ProductionServer } from './temporal-binary.ts';
import { answers, type Temporal } from './temporal.ts';

export type ProductionOptions = {
  /** Where configuration and log are; the data is in PostgreSQL. */
  dataDir: string;
  /** A server whose user may create databases: `temporal` and `temporal_visibility` are made there. */
  postgresUrl: string;
  log: Log;
  progress: (line: string) => void;
  /** Chosen once per database. */
  shards?: number;
};

const START_MS = 60_000;
const STORES = { temporal: 'temporal', temporal_visibility: 'visibility' } as const;

/** Temporal as it runs in production: the real server on PostgreSQL, all its services in one process. It ends with this one. */
export async function startTemporalOnPostgres(options: ProductionOptions): Promise<Temporal> {
  const { dataDir, postgresUrl, log, progress, shards = 512 } = options;
  const programs = await ensureProductionServer(progress);
  const folder = join(resolve(dataDir), 'temporal-production');
  await mkdir(join(folder, 'config'), { recursive: true, mode: 0o700 });
  const logFile = join(folder, 'temporal.log');
  await rotate(logFile);
  const database = new URL(postgresUrl);
  for (const [name, kind] of Object.entries(STORES)) await prepare(programs, database, { name, kind }, logFile);

  const free = await ports(8);
  const [port] = free;
  const config = configOf(database, shards, free, folder);
  await writeFile(join(folder, 'config', 'development.yaml'), stringify(config), { mode: 0o600 });
  await writeFile(join(folder, 'dynamic.yaml'), await dynamicConfig());
  const child = await startChild({
    command: [programs.server, '--root', folder, '--config', 'config', '--env', 'development', '--allow-no-auth', 'start'],
    logFile,
    endWith: 'TERM',
    graceSeconds: 20,
    onSelfEnd: (code) => log.warn(`Temporal ended by itself (${String(code)}). ${logFile} says why.`),
  });
  const deadline = Date.now() + START_MS;
  // No namespace is there yet: the system's own is.
  while (!(await answers(port ?? 0, 'temporal-system'))) {
    if (child.hasEnded() || Date.now() > deadline) {
      await child.stop();
      throw new Error(`Temporal did not start on PostgreSQL:\n${await lastLines(logFile)}`);
    }
    await sleep(50);
  }
  return { address: `127.0.0.1:${String(port)}`, uiUrl: null, stop: child.stop, [Symbol.asyncDispose]: child.stop };
}

/** Makes one database and brings its schema up to date. */
async function prepare(
  { sqlTool, schema }: ProductionServer,
  url: URL,
  { name, kind }: { name: string; kind: string },
  logFile: string,
): Promise<void> {
  const admin = new Client({ connectionString: url.href });
  await admin.connect();
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [name]);
  if (rowCount === 0) await admin.query(`create database ${name}`);
  await admin.end();
  const where = ['--endpoint', url.hostname, '--port', url.port, '--database', name];
  const who = ['--user', url.username, '--password', decodeURIComponent(url.password)];
  const tool = (...args: string[]) =>
    run({ command: [sqlTool, '--plugin', 'postgres12', ...where, ...who, ...args], logFile, endWith: 'TERM', graceSeconds: 5 });
  if (rowCount === 0) await tool('setup-schema', '--version', '0.0');
  await tool('update-schema', '--schema-dir', join(schema, kind, 'versioned'));
}

/** The dynamic configuration of docker-compose.yml; and namespaces come and go here. */
const dynamicConfig = async (): Promise<string> =>
  (await readFile(new URL('../../temporal/server/dynamicconfig.yaml', import.meta.url), 'utf8')) +
  stringify({ 'system.namespaceCacheRefreshInterval': [{ value: '200ms' }] });

/** Free ports that the server can note: it keeps them as signed 16-bit integers. */
async function ports(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const wanted = randomInt(10_000, 32_767);
    if ((await freePort(wanted)) === wanted) found.add(wanted);
  }
  return [...found];
}

function configOf(database: URL, shards: number, [port = 0, ...others]: number[], folder: string) {
  const address = `${database.hostname}:${database.port}`;
  const store = (databaseName: string) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: address,
      connectProtocol: 'tcp',
      user: database.username,
      password: decodeURIComponent(database.password),
      maxConns: 20,
      maxIdleConns: 20,
      maxConnLifetime: '1h',
    },
  });
  const [f = 0, h = 0, hm = 0, m = 0, mm = 0, w = 0, wm = 0] = others;
  const service = (grpcPort: number, membershipPort: number) => ({ rpc: { grpcPort, membershipPort, bindOnIP: '127.0.0.1' } });
  return {
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: shards,
      datastores: { default: store('temporal'), visibility: store('temporal_visibility') },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: { frontend: service(port, f), history: service(h, hm), matching: service(m, mm), worker: service(w, wm) },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${port}` },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: join(folder, 'dynamic.yaml'), pollInterval: '10s' },
  };
}
