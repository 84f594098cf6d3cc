import { MikroORM } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { ormConfig } from './orm.ts';
import { rows, type Sql } from './sql.ts';

/** The first with `nulls not distinct`. */
const LEAST_POSTGRES = 15;

/** The database can't be used, and the message is all that a person needs to know. */
export class DatabaseUnusable extends Error {}

/** Any number that nothing else locks. */
const LOCK = 7_215_001;

/** Brings the database up to date. Processes that start together wait for one another: the migrator itself takes no lock. */
export async function migrate(url: string): Promise<string[]> {
  const lock = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  lock.on('error', () => {}); // A server that goes away meanwhile: the statement under way says so, too.
  await lock.connect();
  try {
    await refuseOld(lock);
    await lock.query('select pg_advisory_lock($1)', [LOCK]);
    return await retryLocked(() => migrateUp(url));
  } finally {
    await lock.end();
  }
}

/** How long a migration waits for a lock: all who come after it wait as long. */
const LOCK_TIMEOUT = '1s';
const MOST_TRIES = 60;
const LOCK_NOT_AVAILABLE = '55P03';

/** Each migration is a transaction: what is done stays done. */
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

/** A migration that could not lock a table in time lets the others pass, and tries again. */
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
