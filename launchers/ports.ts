import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A port of 127.0.0.1 that is free now: `wanted` if it is, otherwise any. */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined && (await listenable(wanted)) !== null) return wanted;
  const port = await listenable(0);
  if (port === null) throw new Error('No port of 127.0.0.1 is free.');
  return port;
}

/** `port` itself. Rejects when something else listens there; `name` is what the error calls it. */
export async function givenPort(port: number, name: string): Promise<number> {
  if ((await listenable(port)) === null) throw new Error(`${name} ${String(port)} is in use. Free it, or name another.`);
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

async function listenable(port: number): Promise<number | null> {
  const server = createServer();
  const bound = new Promise<number | null>((resolve) => {
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : null);
    });
  });
  const found = await bound;
  if (found !== null) {
    server.close();
    await once(server, 'close');
  }
  return found;
}
