import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = `${ROOT}console/dist`;

/** Builds the console from source, in a second or two; for production, whatever this process is. */
export async function buildConsole(outDir = DIST): Promise<void> {
  const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url));
  await promisify(execFile)(process.execPath, [vite, 'build', 'console', '--logLevel', 'error', '--outDir', outDir], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

/** The same, unless what was built before is as new as its source. */
export async function consoleBuilt(): Promise<void> {
  const built = statSync(`${DIST}/index.html`, { throwIfNoEntry: false });
  const source = readdirSync(`${ROOT}console`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(DIST))
    .map((entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs);
  if (!built || built.mtimeMs < Math.max(...source)) await buildConsole();
}
