import { Client } from 'undici';
import { open, type Phases } from './connect.ts';
import type { Guard, Target } from './guard.ts';

/** One connection, for one attempt at a time. */
export type Connection = {
  client: Client;
  remoteAddress: string;
  /** Keeps it for the next attempt at the same origin, if it may be used again. */
  release(): void;
  close(): void;
};

const IDLE_MS = 4000;
/** A receiver that moves to another address is followed within this time. */
const OLDEST_MS = 60_000;
const MOST_IDLE_PER_ORIGIN = 8;
const MOST_IDLE = 1000;

/**
 * Connections to the origins that customers name. Each attempt has one to itself, so that its phases and its remote address
 * are its own; one that was kept open needs no phases.
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
      // This socket and no other: a client that connected again by itself would go where nobody looked.
      connect(_options, done) {
        if (handed || socket.destroyed) return done(new Error('the connection was closed'), null);
        handed = true;
        // Not within this call: the client only goes on when it is told later.
        return queueMicrotask(() => done(null, socket));
      },
      pipelining: 1,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      // The attempt's own signal ends it: these count from chunk to chunk.
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
    /** One that was kept, else a new one. Rejects when none can be had. */
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
