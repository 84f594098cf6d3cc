import { MikroORM, type EntityManager, type EventSubscriber } from '@mikro-orm/postgresql';
import { Pool } from 'pg';
import { entities } from './entities.ts';
import { acting, auditRow } from './people/audit.ts';
import { AuditEntry } from './people/audit-entry.ts';
import { migrations } from './migrations/index.ts';

/**
 * `em()` forks: one per request and per activity. `pool` is for statements over many rows, with the driver's own types: times
 * come as Date, bigints as text. They are two pools, for the ORM's reads times as text.
 */
export type Database = {
  orm: MikroORM;
  em: () => EntityManager;
  pool: Pool;
  close(): Promise<void>;
};

export type DatabaseOptions = { url: string; poolMax?: number };

/** What a request owes the audit log is stored with what it changes. */
const auditing: EventSubscriber = {
  onFlush({ em, uow }) {
    const owed = acting.getStore()?.owed;
    if (owed && uow.getChangeSets().length > 0) uow.computeChangeSet(em.create(AuditEntry, auditRow(owed)));
  },
};

export const ormConfig = ({ url, poolMax = 20 }: DatabaseOptions) => ({
  clientUrl: url,
  entities,
  pool: { min: 0, max: poolMax },
  forceUtcTimezone: true,
  debug: false,
  subscribers: [auditing],
  allowGlobalContext: false,
  migrations: { migrationsList: migrations, tableName: 'migrations', snapshot: false },
  // `reply_words`, which an index is made by, what keeps the audit log and what tells of ended sessions are migrations' own.
  schemaGenerator: { ignoreRoutines: true, ignoreTriggers: true },
  logger: () => {},
  driverOptions: { connectionTimeoutMillis: 10_000, application_name: 'aller-retour' },
});

/** Connects lazily: an unreachable database shows at the first query. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { Migrator } = await import('@mikro-orm/migrations');
  const orm = await MikroORM.init({ ...ormConfig(options), extensions: [Migrator] });
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolMax ?? 20,
    connectionTimeoutMillis: 10_000,
    application_name: 'aller-retour',
  });
  // A connection that is lost while idle, or between two statements of a transaction, is replaced; without a listener it would
  // end the process. Who uses it is told by its next statement.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    orm,
    em: () => orm.em.fork(),
    pool,
    async close() {
      await Promise.all([pool.end(), orm.close()]);
    },
  };
}
