import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { entities } from './entities.ts';
import { migrations } from './migrations/index.ts';

/** `em()` forks: one per request and per activity. `pool` is the same connections, for statements over many rows. */
export type Database = {
  orm: MikroORM;
  em: () => EntityManager;
  pool: Pool;
  close(): Promise<void>;
};

export type DatabaseOptions = { url: string; poolMax?: number };

export const ormConfig = ({ url, poolMax = 20 }: DatabaseOptions) => ({
  clientUrl: url,
  entities,
  pool: { min: 0, max: poolMax },
  forceUtcTimezone: true,
  debug: false,
  allowGlobalContext: false,
  migrations: { migrationsList: migrations, tableName: 'migrations', snapshot: false },
  driverOptions: { connectionTimeoutMillis: 10_000, application_name: 'aller-retour' },
});

/** Connects lazily: an unreachable database shows at the first query. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { Migrator } = await import('@mikro-orm/migrations');
  const orm = await MikroORM.init({ ...ormConfig(options), extensions: [Migrator] });
  const pool = await orm.em.getConnection().getNativeClient();
  return { orm, em: () => orm.em.fork(), pool, close: () => orm.close() };
}
