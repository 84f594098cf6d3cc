import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { rows, type Sql } from './sql.ts';

const CHANNEL = 'account_events';
const AGAIN_MIN_MS = 200;
const AGAIN_MAX_MS = 5000;
/** How long a NOTIFY may take to return. */
const ECHO_MS = 5000;

/** An account's position: last event, dot, count of other changes. Undefined: something may have been missed. */
export type Heard = (position: string | undefined) => void;

/**
 * NOTIFY of new events over one connection for all listeners. Only a hint: listeners read `events` at the start, at every hint,
 * and when a wait ends.
 */
export type Live = {
  /** Returns the unsubscribe function. */
  subscribe(accountOrCaller: string, heard: Heard): () => void;
  /** Resolves at news, timeout or shutdown. */
  next(accountId: string, withinMs: number, signal?: AbortSignal): { heard: Promise<void>; leave: () => void };
  /** Whether NOTIFY works: connected, and a test sent through the pool came back. */
  hears(): boolean;
  closed(): boolean;
  close(): Promise<void>;
};

/**
 * Notifies all processes of accounts' new events. After the commit, in its own statement, as NOTIFY in a transaction serialises
 * commits; once per account, with a position and no id. Never throws: a lost hint delays listeners, and loses nothing.
 */
export async function announce(sql: Sql, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await rows(
    sql,
    `select pg_notify('${CHANNEL}', account_id || ' ' || position || '.' || touched) from account_counters where account_id = any($1::uuid[])`,
    [accountIds],
  ).catch(() => {});
}

/** The same for changes without an event. */
export async function touch(sql: Sql, accountId: string): Promise<void> {
  await rows(
    sql,
    `with touched as (update account_counters set touched = touched + 1 where account_id = $1 returning account_id, position, touched)
     select pg_notify('${CHANNEL}', account_id || ' ' || position || '.' || touched) from touched`,
    [accountId],
  ).catch(() => {});
}

type Standing = {
  url: string;
  pool: Sql;
  log: Logger;
  listeners: Map<string, Set<Heard>>;
  stopping: AbortController;
  onStop: Set<() => void>;
  closed: boolean;
  hears: boolean;
};

/** Connects in the background, and reconnects. `pool`: where NOTIFY is sent from. */
export function openLive(deps: { url: string; pool: Sql; log: Logger }): Live {
  const live: Standing = {
    ...deps,
    listeners: new Map(),
    stopping: new AbortController(),
    onStop: new Set(),
    closed: false,
    hears: false,
  };
  const running = run(live);
  return {
    subscribe: (id, heard) => subscribe(live, id, heard),
    next(accountId, withinMs, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const leave = subscribe(live, accountId, () => resolve());
      const timer = setTimeout(resolve, withinMs);
      const end = (): void => resolve();
      live.onStop.add(end);
      signal?.addEventListener('abort', end, { once: true });
      if (signal?.aborted || live.closed) resolve();
      return {
        heard: promise,
        leave() {
          clearTimeout(timer);
          live.onStop.delete(end);
          signal?.removeEventListener('abort', end);
          leave();
        },
      };
    },
    hears: () => live.hears,
    closed: () => live.closed,
    async close() {
      live.closed = true;
      live.stopping.abort();
      for (const stop of live.onStop) stop();
      await running;
    },
  };
}

function tellAll(live: Standing): void {
  for (const set of live.listeners.values()) for (const heard of set) heard(undefined);
}

function tell(live: Standing, payload: string): void {
  const [accountId = '', position] = payload.split(' ');
  for (const heard of live.listeners.get(accountId) ?? []) heard(position);
}

async function listen(live: Standing, connected: () => void): Promise<void> {
  const client = new Client({
    connectionString: live.url,
    application_name: 'aller-retour live',
    keepAlive: true,
    connectionTimeoutMillis: 5000,
  });
  const over = Promise.withResolvers<void>();
  const echo = Promise.withResolvers<boolean>();
  const sent = `echo ${randomUUID()}`;
  live.onStop.add(over.resolve);
  client.on('error', () => over.resolve());
  client.on('end', () => over.resolve());
  client.on('notification', ({ payload }) => (payload === sent ? echo.resolve(true) : tell(live, payload ?? '')));
  try {
    await client.connect();
    if (live.closed) return;
    await client.query(`listen ${CHANNEL}`);
    connected();
    // Announcements may have been missed before.
    tellAll(live);
    await rows(live.pool, `select pg_notify('${CHANNEL}', $1)`, [sent]);
    live.hears = await Promise.race([echo.promise, over.promise.then(() => true), sleep(ECHO_MS, false, { ref: false })]);
    if (!live.hears)
      live.log.error('news of the database does not come back: set DATABASE_DIRECT_URL where DATABASE_URL is a pooler');
    await over.promise;
  } finally {
    live.hears = false;
    live.onStop.delete(over.resolve);
    await client.end().catch(() => {});
  }
}

async function run(live: Standing): Promise<void> {
  let wait = AGAIN_MIN_MS;
  while (!live.closed) {
    try {
      await listen(live, () => {
        wait = AGAIN_MIN_MS;
      });
    } catch (error) {
      if (!live.closed)
        live.log.warn({ err: error }, 'new events can not be listened for; listeners look by themselves meanwhile');
    }
    await sleep(wait, undefined, { signal: live.stopping.signal }).catch(() => {});
    wait = Math.min(wait * 2, AGAIN_MAX_MS);
  }
}

function subscribe(live: Standing, accountId: string, heard: Heard): () => void {
  const set = live.listeners.get(accountId) ?? new Set();
  live.listeners.set(accountId, set.add(heard));
  return () => {
    set.delete(heard);
    if (set.size === 0 && live.listeners.get(accountId) === set) live.listeners.delete(accountId);
  };
}
