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
      await remove(file);
      continue;
    }
    if (!waited) onWait();
    await sleep(200);
  }
  return hold(file);
}

/** Locks that this process holds for good. */
const held = new Set<string>();

/**
 * The same for what lasts, and is not waited for: answers the holder's process id while somebody else has it. A living holder
 * on this machine keeps it whatever happens, also one that is suspended: another would spoil its data.
 */
export async function lockOrHolder(file: string): Promise<{ lock: AsyncDisposable } | { holder: number }> {
  while (!(await taken(file))) {
    if (held.has(file)) return { holder: process.pid };
    const { host, pid, command } = await readHolder(file);
    // An id alone may be another's by now, or our own where a container starts again.
    const lives = host === hostname() ? pid !== process.pid && (await commandOf(pid)) === command : !(await isStale(file));
    if (!lives) await remove(file);
    else if (pid !== 0) return { holder: pid };
    else await sleep(50); // It is being written.
  }
  held.add(file);
  return { lock: hold(file, () => held.delete(file)) };
}

/** Renamed first: of several who saw that it is stale, one removes it. */
async function remove(file: string): Promise<void> {
  const grave = `${file}.${String(process.pid)}.stale`;
  await rename(file, grave).catch(() => {});
  await rm(grave, { force: true });
}

function hold(file: string, onRelease: () => void = () => {}): AsyncDisposable {
  const touching = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, TOUCH_MS);
  touching.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(touching);
      onRelease();
      await rm(file, { force: true });
    },
  };
}

async function taken(file: string): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify([hostname(), process.pid, await commandOf(process.pid)]), { flag: 'wx' });
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
  const found = await stat(file).catch(() => null);
  if (found === null) return false;
  if (Date.now() - found.mtimeMs > STALE_MS) return true;
  const { host, pid } = await readHolder(file);
  return host === hostname() && (await commandOf(pid)) === null;
}

async function readHolder(file: string): Promise<{ host: unknown; pid: number; command: unknown }> {
  const [host, pid, command] = await readFile(file, 'utf8').then(
    (text): unknown[] => (text.startsWith('[') && text.endsWith(']') ? JSON.parse(text) : []),
    () => [],
  );
  return { host, pid: typeof pid === 'number' ? pid : 0, command };
}
