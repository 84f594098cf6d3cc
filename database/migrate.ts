import { MikroORM } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { Client } from 'pg';
import { ormConfig } from './orm.ts';

/** Any number that nothing else locks. */
const LOCK = 7_215_001;

/** Brings the database up to date. Processes that start together wait for one another: the migrator itself takes no lock. */
export async function migrate(url: string): Promise<string[]> {
  const lock = new Client({ connectionString: url });
  await lock.connect();
  try {
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
