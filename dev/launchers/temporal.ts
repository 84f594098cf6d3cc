import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { z } from 'zod';
import { type Child, type Log, commandOf, lastLines, outputOf, rotate, startChild } from './child.ts';
import { lock } from './lock.ts';
import { freePort, givenPort, isOpen } from './ports.ts';
import { type TemporalSources, ensureTemporalBinary } from './temporal-binary.ts';

export { ensureTemporalBinary } from './temporal-binary.ts';

export type TemporalOptions = {
  /** Where the data lives, as `temporal.db` and files beside it; null for a server that forgets, in memory and without web UI. */
  dataDir: string | null;
  log: Log;
  /** Told, a line at a time, what takes long: a download or a build, once. */
  progress: (line: string) => void;
  /** Ports of 127.0.0.1; those of last time, or free ones, when absent. */
  port?: number;
  uiPort?: number;
  /** Made at the start, with our search attributes, if they don't exist. `default` always is. */
  namespaces?: string[];
  sources?: Partial<TemporalSources>;
};

export type Temporal = AsyncDisposable & {
  /** host:port of the gRPC frontend. */
  address: string;
  /** Where a browser finds the web UI; null for a throwaway. */
  uiUrl: string | null;
  stop: () => Promise<void>;
};

const START_MS = 60_000;
const DATABASE = 'temporal.db';
const QUIET = '--ui-disable-news-fetch';

/** The facts that a launcher keeps of a data folder. `launcher` and `server` are process ids. */
const State = z.object({ port: z.number(), uiPort: z.number(), launcher: z.number(), server: z.number() });
type State = z.infer<typeof State>;

const SETTINGS = [
  '--search-attribute=AccountId=Keyword',
  '--search-attribute=AccountIds=KeywordList',
  '--search-attribute=CampaignId=Keyword',
  '--search-attribute=EndpointId=Keyword',
  '--search-attribute=Phase=Keyword',
  // A namespace made while it runs can start workflows in 15–60 ms anyway; its schedules act after a second. Each look reads all
  // namespaces: five a second took 4 % of a core for forty idle ones.
  '--dynamic-config-value=system.namespaceCacheRefreshInterval="1s"',
  // Four partitions are for servers of many: with one, a worker that waits costs half as much.
  '--dynamic-config-value=matching.numTaskqueueReadPartitions=1',
  '--dynamic-config-value=matching.numTaskqueueWritePartitions=1',
];

/** Starts Temporal's development server. It ends with this process, however that ends. Rejects if one runs on `dataDir` already. */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  const { dataDir, log, progress, sources } = options;
  const binary = await ensureTemporalBinary(progress, sources);
  for (let attempt = 1; ; attempt++) {
    const named = dataDir === null ? await mkdtemp(join(tmpdir(), 'aller-retour-temporal-')) : resolve(dataDir);
    await mkdir(named, { recursive: true });
    const folder = await realpath(named); // The real path: a running server is found by it.
    try {
      await using _ = await lock(join(folder, 'temporal.lock'), () =>
        log.info('Temporal: another process is starting it. Waiting.'),
      );
      if (dataDir !== null) await untilNoneRuns(folder);
      return await startServer(binary, folder, attempt > 1, options);
    } catch (error) {
      if (dataDir === null) await rm(folder, { recursive: true, force: true });
      // Somebody else took the port between our look and the server's.
      if (attempt === 3 || !(error instanceof Error && /address already in use|can't set .*port/i.test(error.message)))
        throw error;
    }
  }
}

/** Two servers on one file would spoil it. One whose launcher is gone is going too, and waited for. */
async function untilNoneRuns(folder: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const state = await readState(folder);
    if (state === null || (await commandOf(state.server))?.includes(join(folder, DATABASE)) !== true) return;
    if ((await commandOf(state.launcher)) !== null) {
      const address = `127.0.0.1:${String(state.port)}`;
      throw new Error(
        `Temporal already runs on ${folder}: ${address}, web UI http://127.0.0.1:${String(state.uiPort)}, started by process ` +
          `${String(state.launcher)}. Stop that one, use it with TEMPORAL_ADDRESS=${address}, or choose another data folder.`,
      );
    }
    if (Date.now() > deadline) throw new Error(`Process ${String(state.server)} holds ${folder} and does not end. End it.`);
    await sleep(100);
  }
}

async function startServer(binary: string, folder: string, otherPorts: boolean, options: TemporalOptions): Promise<Temporal> {
  const { dataDir, log, namespaces = [] } = options;
  const startedAt = Date.now();
  const forgetful = dataDir === null;
  const before = otherPorts ? null : await readState(folder);
  const port = await choosePort('The port for Temporal', options.port, before?.port);
  const uiPort = forgetful ? 0 : await choosePort("The port for Temporal's web UI", options.uiPort, before?.uiPort);
  const logFile = join(folder, 'temporal.log');
  await rotate(logFile);
  const storage = forgetful
    ? ['--headless']
    : [
        `--ui-port=${String(uiPort)}`,
        // The page in the browser would ask temporal.io for news. Older programs don't know the flag, and stop at it.
        ...((await outputOf([binary, 'server', 'start-dev', '--help']))?.includes(QUIET) === true ? [QUIET] : []),
        `--db-filename=${join(folder, DATABASE)}`,
        // Twice as fast, and still whole after a kill -9.
        '--sqlite-pragma=journal_mode=WAL',
        '--sqlite-pragma=synchronous=NORMAL',
      ];
  const frontend = ['--ip=127.0.0.1', `--port=${String(port)}`, ...namespaces.map((name) => `--namespace=${name}`)];
  const child = await startChild({
    command: [binary, 'server', 'start-dev', '--log-level=error', ...frontend, ...storage, ...SETTINGS],
    logFile,
    endWith: forgetful ? 'KILL' : 'TERM', // It takes 2 s to end well, which memory gains nothing from.
    graceSeconds: 15,
    removeAfter: forgetful ? folder : undefined,
    onSelfEnd: (code) => log.warn(`Temporal ended by itself (${String(code)}). ${logFile} says why.`),
  });
  const address = `127.0.0.1:${String(port)}`;
  try {
    if (!forgetful) await writeState(folder, { port, uiPort, launcher: process.pid, server: child.pid });
    await untilReady(port, child, logFile);
  } catch (error) {
    await child.stop();
    throw error;
  }
  const news = forgetful ? 'a throwaway' : folder;
  log.info(`Temporal: ready on ${address} (${news}) after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
  const uiUrl = forgetful ? null : `http://127.0.0.1:${String(uiPort)}`;
  return { address, uiUrl, stop: child.stop, [Symbol.asyncDispose]: child.stop };
}

const choosePort = (name: string, given: number | undefined, before: number | undefined): Promise<number> =>
  given === undefined ? freePort(before) : givenPort(given, name);

/** Ready is when a namespace can be read: the port is open some time before. */
async function untilReady(port: number, child: Child, logFile: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    if (child.hasEnded()) throw new Error(`Temporal did not start:\n${await lastLines(logFile)}`);
    if (Date.now() > deadline) throw new Error(`Temporal was not ready after a minute. ${logFile} says why.`);
    if (await answers(port)) return;
    await sleep(25);
  }
}

/** Whether a server answers on that port and knows the namespace. */
export async function answers(port: number, namespace = 'default'): Promise<boolean> {
  // gRPC waits a second before it tries a refused connection again.
  if (!(await isOpen(port))) return false;
  try {
    const connection = await Connection.connect({ address: `127.0.0.1:${String(port)}`, connectTimeout: 2_000 });
    try {
      await connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.describeNamespace({ namespace }));
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

async function readState(folder: string): Promise<State | null> {
  try {
    return State.parse(JSON.parse(await readFile(join(folder, 'temporal.json'), 'utf8')));
  } catch {
    return null;
  }
}

async function writeState(folder: string, state: State): Promise<void> {
  const file = join(folder, 'temporal.json');
  await writeFile(`${file}.new`, JSON.stringify(state));
  await rename(`${file}.new`, file);
}
