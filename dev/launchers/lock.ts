import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf } from './child.ts';

const TOUCH_MS = 1_000;
/** Longer than an event loop may be busy, short enough to wait for. */
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

/** Locks that this process holds until it ends. */
const held = new Set<string>();

/**
 * A lock for good, without waiting: returns the holder's process id while another holds it. A living holder on this machine keeps it even when suspended: a second one would spoil its data.
 */
export async function lockOrHolder(file: string): Promise<{ lock: AsyncDisposable } | { holder: number }> {
  while (!(await taken(file))) {
    if (held.has(file)) return { holder: process.pid };
    const { host, pid, command } = await readHolder(file);
    // The process id may belong to another by now, or be ours in a restarted container.
    const lives = host === hostname() ? pid !== process.pid && (await commandOf(pid)) === command : !(await isStale(file));
    if (!lives) await remove(file);
    else if (pid !== 0) return { holder: pid };
    else await sleep(50); // It is being written.
  }
  held.add(file);
  return { lock: hold(file, () => held.delete(file)) };
}

/** Renamed first: of several that found it stale, only one removes it. */
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
