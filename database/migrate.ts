import { MikroORM } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ormConfig } from './orm.ts';
import { rows, type Sql } from './sql.ts';

/** First with `nulls not distinct`. */
const LEAST_POSTGRES = 15;

/** The message is all a person needs to know. */
export class DatabaseUnusable extends Error {}

const LOCK = 7_215_001;

/** Migrates the database. Concurrent processes wait; the migrator itself takes no lock. */
export async function migrate(url: string): Promise<string[]> {
  const lock = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  lock.on('error', () => {}); // The statement under way fails too.
  await lock.connect();
  try {
    await refuseOld(lock);
    await lock.query('select pg_advisory_lock($1)', [LOCK]);
    return await retryLocked(() => migrateUp(url));
  } finally {
    await lock.end();
  }
}

/** Limit on a migration's lock wait, as later statements queue behind it. */
const LOCK_TIMEOUT = '1s';
const MOST_TRIES = 60;
const LOCK_NOT_AVAILABLE = '55P03';

/** Each migration is its own transaction. */
async function migrateUp(url: string): Promise<string[]> {
  const { driverOptions, ...config } = ormConfig(url);
  const options = `-c lock_timeout=${LOCK_TIMEOUT}`;
  const orm = await MikroORM.init({ ...config, driverOptions: { ...driverOptions, options }, extensions: [Migrator] });
  try {
    const done = await orm.migrator.up();
    return done.map((migration) => migration.name);
  } finally {
    await orm.close();
  }
}

/** After a lock timeout other statements pass, then it retries. */
async function retryLocked<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MOST_TRIES || !isLocked(error)) throw error;
      await sleep(1000);
    }
  }
}

const isLocked = (error: unknown): boolean =>
  error instanceof Error && (('code' in error && error.code === LOCK_NOT_AVAILABLE) || isLocked(error.cause));

async function refuseOld(sql: Sql): Promise<void> {
  const [server] = await rows<{ number: string; version: string; encoding: string }>(
    sql,
    `select current_setting('server_version_num') as number, current_setting('server_version') as version, current_setting('server_encoding') as encoding`,
  );
  if (server === undefined) return;
  if (Number(server.number) < LEAST_POSTGRES * 10_000)
    throw new DatabaseUnusable(
      `Aller-Retour needs PostgreSQL ${LEAST_POSTGRES} or newer, and the server of DATABASE_URL is PostgreSQL ${server.version}.`,
    );
  if (server.encoding !== 'UTF8')
    throw new DatabaseUnusable(
      `Aller-Retour needs a database in UTF8, and that of DATABASE_URL is in ${server.encoding}. Make one with: create database … encoding 'UTF8' template template0`,
    );
}
