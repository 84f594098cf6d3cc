import { MikroORM } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
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
    const orm = await MikroORM.init({ ...ormConfig({ url, poolMax: 2 }), extensions: [Migrator] });
    try {
      const done = await orm.migrator.up();
      return done.map((migration) => migration.name);
    } finally {
      await orm.close();
    }
  } finally {
    await lock.end();
  }
}

async function refuseOld(sql: Sql): Promise<void> {
  const [server] = await rows<{ number: string; version: string }>(
    sql,
    `select current_setting('server_version_num') as number, current_setting('server_version') as version`,
  );
  if (server === undefined || Number(server.number) >= LEAST_POSTGRES * 10_000) return;
  throw new DatabaseUnusable(
    `Aller-Retour needs PostgreSQL ${LEAST_POSTGRES} or newer, and the server of DATABASE_URL is PostgreSQL ${server.version}.`,
  );
}
