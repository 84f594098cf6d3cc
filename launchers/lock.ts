import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf } from './child.ts';

const TOUCH_MS = 1_000;
/** Longer than a busy event loop stays away, shorter than anyone's patience. */
const STALE_MS = 8_000;

/**
 * Holds `file` until disposed, so that two starts don't do the same work at once. While somebody else holds it this waits, and
 * calls `onWait` once. It is broken when its holder is gone: the process is, or the file is no longer touched (the process id may
 * be another's by now, or of another container). Nothing breaks if two hold it after all: both only work twice.
 */
export async function lock(file: string, onWait: () => void = () => {}): Promise<AsyncDisposable> {
  for (let waited = false; !(await taken(file)); waited = true) {
    if (await isStale(file)) {
      // Renamed first: of several who saw it, one removes it.
      const grave = `${file}.${String(process.pid)}.stale`;
      await rename(file, grave).catch(() => {});
      await rm(grave, { force: true });
      continue;
    }
    if (!waited) onWait();
    await sleep(200);
  }
  const touching = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, TOUCH_MS);
  touching.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(touching);
      await rm(file, { force: true });
    },
  };
}

async function taken(file: string): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify([hostname(), process.pid]), { flag: 'wx' });
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return false;
    throw new Error(
      `Can't write in ${dirname(file)} (${String(code)}): it is read-only or another user's. Start as its owner, or choose another folder.`,
      { cause: error },
    );
  }
}

async function isStale(file: string): Promise<boolean> {
  const held = await stat(file).catch(() => null);
  if (held === null) return false;
  if (Date.now() - held.mtimeMs > STALE_MS) return true;
  const [host, pid] = await readFile(file, 'utf8').then(
    (text): unknown[] => (text.startsWith('[') && text.endsWith(']') ? JSON.parse(text) : []),
    () => [],
  );
  return host === hostname() && typeof pid === 'number' && (await commandOf(pid)) === null;
}
