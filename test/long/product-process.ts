import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The product as it was at a commit of this repository, in a folder of its own, on the packages that are here. */
export async function checkOut(commit: string) {
  const folder = await mkdtemp(join(tmpdir(), 'aller-retour-before-'));
  await promisify(execFile)('sh', ['-c', `git archive ${commit} | tar -x -C "${folder}"`], { cwd: ROOT });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(folder, 'console/dist'), { recursive: true });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The commit that an upgrade begins at. */
export async function from(): Promise<string> {
  const named = JSON.parse(await readFile(new URL('../upgrade/from.json', import.meta.url), 'utf8'));
  return process.env['UPGRADE_FROM'] ?? z.object({ commit: z.string() }).parse(named).commit;
}

/** A process of the product from a folder; ready when it says so. */
export async function startProduct(folder: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'main.ts'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exited = once(child, 'exit');
  const [message] = await Promise.race([
    once(child, 'message'),
    exited.then((): never => {
      throw new Error(`The process ended before it was ready:\n${log}`);
    }),
  ]);
  return {
    url: z.object({ url: z.string().nullable() }).parse(message).url ?? '',
    log: () => log,
    async stop(): Promise<void> {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Runs a command of the product's from a folder, and answers what it printed. */
export async function admin(folder: string, env: Record<string, string>, ...command: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'cli/admin.ts', ...command], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  return stdout;
}
