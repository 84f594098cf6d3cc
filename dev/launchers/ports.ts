import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Below the ephemeral ports (from 32,768 or 49,152), so that a port is still free at the next start. */
const [FIRST, LAST] = [10_000, 32_767];
const TRIES = 100;
/** Chosen by this process, perhaps not in use yet. */
const chosen = new Set<number>();

/** A port of 127.0.0.1 that is free now: `wanted` if it is, otherwise any. */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined && (await isFree(wanted))) return wanted;
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, LAST + 1);
    if (chosen.has(port) || !(await isFree(port))) continue;
    chosen.add(port);
    return port;
  }
  throw new Error(`No port of 127.0.0.1 between ${FIRST} and ${LAST} was found free.`);
}

/** `port` itself. Rejects when something else listens there; `name` is what the error calls it. */
export async function givenPort(port: number, name: string, remedy = 'Free it, or name another.'): Promise<number> {
  if (!(await isFree(port))) throw new Error(`${name} ${String(port)} is in use. ${remedy}`);
  return port;
}

/** Whether something listens on a port of 127.0.0.1. */
export async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(true));
  });
  if (free) {
    server.close();
    await once(server, 'close');
  }
  return free;
}
