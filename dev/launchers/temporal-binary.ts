import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, chmod, constants, cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { outputOf, run, succeeds } from './child.ts';
import { lock } from './lock.ts';

/** Where the server may come from. */
export type TemporalSources = {
  /** Command that is tried first. */
  onPath: string;
  /** Folder for what is downloaded or built; in a sub-folder for each version and machine. */
  cacheDir: string;
  /** The official archive, without the version. */
  archive: string;
  go: string;
};

/** The pinned server: its version, and whatever it is built from. */
const MODULE = fileURLToPath(new URL('../../temporal/server/', import.meta.url));
/** The first version with priorities and fairness. */
const OLDEST_SERVER = [1, 29];
const CONNECT_MS = 5_000;
const TELL_EVERY_MS = 10_000;

/**
 * The path of a program that runs Temporal's server: on the PATH, from the cache, downloaded, or built; the last two happen once.
 * `progress` is told, a line at a time, what takes long. Throws with what to install when there is no way.
 */
export async function ensureTemporalBinary(
  progress: (line: string) => void,
  sources: Partial<TemporalSources> = {},
): Promise<string> {
  const { onPath, cacheDir, archive, go } = {
    onPath: 'temporal',
    cacheDir: defaultCache(),
    archive: 'https://temporal.download/cli/archive',
    go: 'go',
    ...sources,
  };
  if (await isGoodEnough(onPath, progress)) return onPath;

  const { folder, pinned } = await cacheFolder(cacheDir);
  const binary = join(folder, 'temporal');
  if (await isExecutable(binary)) return binary;
  await using _ = await lockOf(folder, progress);
  if (await isExecutable(binary)) return binary;

  for (const name of await readdir(folder)) {
    if (name.startsWith('temporal.')) await rm(join(folder, name), { recursive: true, force: true }); // Left by a kill.
  }
  const fresh = join(folder, `temporal.${randomUUID()}`);
  try {
    const downloaded = await download({ archive, version: versionIn(pinned), to: fresh, progress });
    if (downloaded !== null) {
      progress(`Temporal: no download (${downloaded}).`);
      if (!(await succeeds([go, 'version']))) throw new Error(nowhere(binary, downloaded));
      progress('Temporal: building the server with Go, once; 5 to 40 minutes.');
      await build({ go, pkg: 'github.com/temporalio/cli/cmd/temporal', to: fresh, logFile: join(folder, 'build.log'), progress });
    }
    await rename(fresh, binary);
  } finally {
    await rm(fresh, { force: true });
  }
  return binary;
}

/** The pinned production server, its schema tool, and the folder of its schema for PostgreSQL. Built with Go, once. */
export type ProductionServer = { server: string; sqlTool: string; schema: string };

export async function ensureProductionServer(progress: (line: string) => void, go = 'go'): Promise<ProductionServer> {
  const { folder } = await cacheFolder(defaultCache());
  const server = join(folder, 'temporal-server');
  const sqlTool = join(folder, 'temporal-sql-tool');
  const schema = join(folder, 'schema');
  const programs: [string, string][] = [
    [server, 'go.temporal.io/server/cmd/server'],
    [sqlTool, 'go.temporal.io/server/cmd/tools/sql'],
  ];
  await using _ = await lockOf(folder, progress);
  for (const [program, pkg] of programs) {
    if (await isExecutable(program)) continue;
    progress(`Temporal: building ${pkg} with Go, once; up to 40 minutes at the first time.`);
    const fresh = join(folder, `temporal.${randomUUID()}`);
    await build({ go, pkg, to: fresh, logFile: join(folder, 'build.log'), progress });
    await rename(fresh, program);
  }
  const marker = join(schema, 'complete');
  if (!(await exists(marker))) {
    const source = await outputOf([go, 'list', '-C', MODULE, '-m', '-f', '{{.Dir}}', 'go.temporal.io/server']);
    if (source === null) throw new Error('The schema of the Temporal server is not where Go keeps its modules.');
    await cp(join(source.trim(), 'schema', 'postgresql', 'v12'), schema, { recursive: true });
    await writeFile(marker, '');
  }
  return { server, sqlTool, schema };
}

/** Where this machine's programs of the pinned version are kept. */
async function cacheFolder(cacheDir: string): Promise<{ folder: string; pinned: string }> {
  const pinned = await readFile(join(MODULE, 'go.mod'), 'utf8');
  const key = `${createHash('sha256').update(pinned).digest('hex').slice(0, 16)}-${process.platform}-${process.arch}`;
  const folder = join(cacheDir, key);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new Error(
      `The Temporal server can't be kept in ${folder} (${reason(error)}). Set XDG_CACHE_HOME to a folder of yours.`,
      { cause: error },
    );
  });
  return { folder, pinned };
}

const lockOf = (folder: string, progress: (line: string) => void): Promise<AsyncDisposable> =>
  lock(join(folder, 'lock'), () => progress('Temporal: another process is fetching or building it. Waiting.'));

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const nowhere = (binary: string, downloaded: string) =>
  `There is no Temporal server to start: no \`temporal\` on the PATH, none in the cache (${binary}), the download failed ` +
  `(${downloaded}), and there is no Go to build it with. Do one of these: install the Temporal CLI ` +
  '(https://docs.temporal.io/cli), install Go 1.26 or newer (https://go.dev/dl), or set TEMPORAL_ADDRESS to a server that runs.';

async function isGoodEnough(command: string, progress: (line: string) => void): Promise<boolean> {
  const version = await outputOf([command, '--version']);
  if (version === null) return false;
  const [, major, minor] = /Server (\d+)\.(\d+)/.exec(version) ?? [];
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_SERVER;
  if (Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor)) return true;
  progress(
    `Temporal: the one on the PATH is too old (${version}; wanted: server ${OLDEST_SERVER.join('.')}), so another is used.`,
  );
  return false;
}

/** Answers null when `to` holds a program that runs, otherwise why not. */
async function download(options: {
  archive: string;
  version: string;
  to: string;
  progress: (line: string) => void;
}): Promise<string | null> {
  const { archive, version, to, progress } = options;
  const platform = process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const packed = `${to}.tar.gz`;
  const unpacked = `${to}.unpacked`;
  // It reads HTTPS_PROXY. Where the network drops packets, nobody waits longer than this to learn it.
  const dispatcher = new EnvHttpProxyAgent({ connect: { timeout: CONNECT_MS }, headersTimeout: 10_000, bodyTimeout: 30_000 });
  try {
    progress(`Temporal: trying to download ${version}, once.`);
    const response = await fetch(`${archive}/${version}?platform=${platform}&arch=${arch}`, { dispatcher });
    if (!response.ok || response.body === null) return `HTTP ${String(response.status)} from ${archive}`;
    await pipeline(Readable.fromWeb(response.body), createWriteStream(packed));
    await mkdir(unpacked);
    await run({
      command: ['tar', '-xzf', packed, '-C', unpacked],
      logFile: `${to}.log`,
      endWith: 'TERM',
      graceSeconds: 5,
    });
    const program = join(unpacked, 'temporal');
    await chmod(program, 0o755);
    if ((await outputOf([program, '--version'])) === null) return 'what was downloaded does not run here';
    await rename(program, to);
    return null;
  } catch (error) {
    return reason(error);
  } finally {
    for (const leftover of [packed, unpacked, `${to}.log`]) await rm(leftover, { recursive: true, force: true });
    await dispatcher.destroy();
  }
}

/** Builds one program of temporal/server/go.mod. */
async function build(options: { go: string; pkg: string; to: string; logFile: string; progress: (line: string) => void }) {
  const { go, pkg, to, logFile, progress } = options;
  const startedAt = Date.now();
  const elapsed = () => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    return `${String(Math.floor(seconds / 60))} min ${String(seconds % 60).padStart(2, '0')} s`;
  };
  const flags = ['-C', MODULE, '-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];
  let packages = (): Promise<string> => Promise.resolve('fetching its source');
  const telling = setInterval(
    () => void packages().then((done) => progress(`Temporal: building, ${done}, ${elapsed()} so far.`)),
    TELL_EVERY_MS,
  );
  try {
    const stale = await outputOf([go, 'list', ...flags, '-deps', '-f', '{{if .Stale}}{{.ImportPath}}{{end}}', pkg]);
    const before = await linesOf(logFile);
    packages = async () => `${(await linesOf(logFile)) - before} of ${stale?.split('\n').length ?? 'some'} packages`;
    await run({
      // With -v it names each package that it compiles.
      command: [go, 'build', ...flags, '-v', '-o', to, pkg],
      logFile,
      endWith: 'INT',
      graceSeconds: 5,
    });
  } catch (error) {
    throw new Error(
      `The Temporal server can't be built. Install the Temporal CLI (https://docs.temporal.io/cli) or set TEMPORAL_ADDRESS.\n${reason(error)}`,
      { cause: error },
    );
  } finally {
    clearInterval(telling);
  }
  progress(`Temporal: built in ${elapsed()}.`);
}

/** How many packages a log of builds names: a line each, beside what Go has to say. */
const linesOf = async (logFile: string): Promise<number> =>
  (await readFile(logFile, 'utf8').catch(() => '')).split('\n').filter((line) => /^[\w.][\w./~-]*$/.test(line)).length;

const versionIn = (goMod: string): string => {
  const version = /^\s*(?:require )?github\.com\/temporalio\/cli (v\S+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error(`${MODULE}go.mod names no version of github.com/temporalio/cli.`);
  return version;
};

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** The innermost cause is the one that says something: `fetch failed` does not. */
const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reason(error.cause) : error.message;
};

const defaultCache = (): string => join(cacheHome(), 'aller-retour', 'temporal');

/** Where a user's programs keep what can be made again (XDG Base Directory Specification: a relative path counts as unset). */
const cacheHome = (): string => {
  // oxlint-disable-next-line node/no-process-env -- the user's own setting, not the product's: config.ts has no business with it
  const chosen = process.env['XDG_CACHE_HOME'] ?? '';
  return isAbsolute(chosen) ? chosen : join(homedir(), '.cache');
};
