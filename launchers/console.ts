import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
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

/** The same, unless it was built before. */
export async function consoleBuilt(): Promise<void> {
  if (!existsSync(`${DIST}/index.html`)) await buildConsole();
}
