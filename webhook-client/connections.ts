import { Client } from 'undici';
import { open, type Phases } from './connect.ts';
import type { Guard, Target } from './guard.ts';

export type Connection = {
  client: Client;
  remoteAddress: string;
  /** Keeps it for the next attempt at its origin, if reusable. */
  release(): void;
  close(): void;
};

const IDLE_MS = 4000;
/** Limit for following a receiver that moves. */
const OLDEST_MS = 60_000;
const MOST_IDLE_PER_ORIGIN = 8;
const MOST_IDLE = 1000;

/**
 * Connections to customers' origins, one attempt at a time, so that phases and remote address are the attempt's own; a reused one
 * has no phases.
 */
export function createConnections({ guard, ca }: { guard: Guard; ca: string | undefined }) {
  const idle = new Map<string, Connection[]>();
  const all = new Set<Connection>();
  let idling = 0;

  function forget(connection: Connection, origin: string): void {
    all.delete(connection);
    const list = idle.get(origin) ?? [];
    const at = list.indexOf(connection);
    if (at < 0) return;
    idling--;
    list.splice(at, 1);
    if (list.length === 0) idle.delete(origin);
  }

  async function make(target: Target, signal: AbortSignal, phases: Phases): Promise<Connection> {
    const { socket, remoteAddress } = await open(target, { guard, ca, signal, phases });
    const { origin } = target.url;
    const begun = performance.now();
    let handed = false;
    const client = new Client(origin, {
      // This socket only: a reconnecting client would bypass the checks.
      connect(_options, done) {
        if (handed || socket.destroyed) return done(new Error('the connection was closed'), null);
        handed = true;
        // Asynchronous, as the client expects.
        return queueMicrotask(() => done(null, socket));
      },
      pipelining: 1,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      // The attempt's signal is the limit; these count between chunks.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const connection: Connection = {
      client,
      remoteAddress,
      release() {
        const list = idle.get(origin) ?? [];
        const tooMany = list.length >= MOST_IDLE_PER_ORIGIN || idling >= MOST_IDLE;
        if (socket.destroyed || tooMany || performance.now() - begun > OLDEST_MS) return connection.close();
        idling++;
        idle.set(origin, [...list, connection]);
      },
      close() {
        forget(connection, origin);
        void client.destroy();
        socket.destroy();
      },
    };
    all.add(connection);
    socket.once('close', () => connection.close());
    return connection;
  }

  return {
    /** A kept or new connection. Rejects when none can be had. */
    async take(target: Target, signal: AbortSignal, phases: Phases): Promise<Connection> {
      const list = idle.get(target.url.origin) ?? [];
      const kept = list.pop();
      if (!kept) return make(target, signal, phases);
      idling--;
      if (list.length === 0) idle.delete(target.url.origin);
      return kept;
    },
    close(): void {
      for (const connection of all) connection.close();
    },
  };
}
