import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Log, run } from './child.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { type ServerIdentity, giveTo } from './postgres-user.ts';

/** The place of one server. `data` is PostgreSQL's own folder, inside `folder`. */
export type Place = { folder: string; data: string; logFile: string; throwaway: boolean };

/** The facts that a launcher keeps of a data folder. `port` is 0 before the first start; `launcher` is a process id. */
const State = z.object({ password: z.string(), port: z.number(), launcher: z.number() });
export type State = z.infer<typeof State>;

/**
 * Inside PostgreSQL's folder, so that one rename brings both. There is a password at all because every user of the machine can
 * reach a port of 127.0.0.1, and whoever is `postgres` may run programs as the server's user, who may be root.
 */
const STATE_FILE = 'aller-retour.json';

export async function readState(data: string): Promise<State | null> {
  try {
    return State.parse(JSON.parse(await readFile(join(data, STATE_FILE), 'utf8')));
  } catch {
    return null;
  }
}

export const writeState = (data: string, state: State, identity: ServerIdentity): Promise<void> =>
  writePrivate(join(data, STATE_FILE), JSON.stringify(state), identity);

/** The server's own facts in postmaster.pid: its process, its port, and whether it takes connections. */
export async function readStatus(data: string): Promise<{ pid: number; port: number; ready: boolean } | null> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' } : null;
}

/**
 * Makes the data folder unless it is there. It is made beside its place and renamed when whole, so that a kill on the way leaves
 * nothing that looks finished. Answers whether it was made. Throws when the one that is there can't be used.
 */
export async function makeData(
  { folder, data, logFile, throwaway }: Place,
  binaries: PostgresBinaries,
  identity: ServerIdentity,
  log: Log,
): Promise<boolean> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('postgres.new-')) continue;
    // An initdb whose launcher was killed just now may still be on its way out.
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 6, retryDelay: 100 }).catch(() => {});
  }
  if ((await stat(data).catch(() => null)) !== null) {
    await giveTo(identity, data, binaries.postgres);
    if (await isUsable(data, binaries, log)) return false;
  }

  const workshop = await mkdtemp(join(folder, 'postgres.new-'));
  await giveTo(identity, workshop, binaries.postgres);
  const fresh = join(workshop, 'data');
  const passwordFile = join(workshop, 'password');
  const password = randomBytes(24).toString('base64url');
  await writePrivate(passwordFile, password, identity);
  // The built-in C.UTF-8 sorts and folds alike on every system; macOS and small images have none of their own.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const login = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const sync = throwaway ? ['--no-sync'] : [];
  await run({
    command: [...identity.prefix, binaries.initdb, `--pgdata=${fresh}`, ...locale, ...login, ...sync],
    logFile,
    endWith: 'TERM',
    graceSeconds: 5,
    user: identity.user,
  });
  await writeState(fresh, { password, port: 0, launcher: process.pid }, identity);
  await rename(fresh, data);
  await rm(workshop, { recursive: true, force: true });
  return true;
}

async function isUsable(data: string, binaries: PostgresBinaries, log: Log): Promise<boolean> {
  const version = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  const control = await stat(join(data, 'global', 'pg_control')).catch(() => null);
  if (version === '' || control === null || control.size === 0) {
    const aside = `${data}.incomplete-${String(Date.now())}`;
    await rename(data, aside);
    log.warn(`PostgreSQL: ${data} was incomplete and is made anew; what it held is now in ${aside}.`);
    return false;
  }
  if (version !== String(binaries.major)) {
    throw new Error(
      `${data} was made by PostgreSQL ${version}, and this is PostgreSQL ${String(binaries.major)}, which can't read it. ` +
        `Move that folder away to start with an empty database, or set DATABASE_URL to a PostgreSQL ${version}.`,
    );
  }
  if ((await readState(data)) === null) {
    throw new Error(
      `${join(data, STATE_FILE)} is missing or damaged, and with it the password. Put it back, or move ${data} away.`,
    );
  }
  return true;
}

/** Only the server's user and root can read it; whoever reads sees the text of before or the new one. */
async function writePrivate(file: string, text: string, { user }: ServerIdentity): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  if (user !== undefined) await chown(`${file}.new`, user.uid, user.gid);
  await rename(`${file}.new`, file);
}
