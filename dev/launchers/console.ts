import { execFile } from 'node:child_process';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lock } from './lock.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = `${ROOT}console/dist`;

/** Builds the console from source, for production, in a second or two. */
export async function buildConsole(outDir: string): Promise<void> {
  const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));
  await promisify(execFile)(process.execPath, [vite, 'build', 'console', '--logLevel', 'error', '--outDir', outDir], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** Builds this checkout's console unless the last build is as new as the source. Renamed into place, so that no reader sees half. */
export async function consoleBuilt(): Promise<void> {
  await using _ = await lock(`${ROOT}node_modules/.console-lock`);
  const built = statSync(`${DIST}/index.html`, { throwIfNoEntry: false });
  const source = ['console', 'domain']
    .flatMap((folder) => readdirSync(`${ROOT}${folder}`, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(DIST))
    .map((entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs);
  if (built && built.mtimeMs >= Math.max(...source)) return;
  const [made, before] = [`${ROOT}node_modules/.console-made`, `${ROOT}node_modules/.console-before`];
  await buildConsole(made);
  rmSync(before, { recursive: true, force: true });
  if (built) renameSync(DIST, before);
  else rmSync(DIST, { recursive: true, force: true });
  renameSync(made, DIST);
  rmSync(before, { recursive: true, force: true });
}
