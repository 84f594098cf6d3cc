import { MikroORM, type EntityManager, type EventSubscriber } from '@mikro-orm/postgresql';
import { Pool } from 'pg';
import { entities } from './entities.ts';
import { acting, auditRow } from './people/audit.ts';
import { AuditEntry } from './people/audit-entry.ts';
import { migrations } from './migrations/index.ts';
import { unnamed } from './sql.ts';

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

export type DatabaseOptions = {
  url: string;
  /** Most connections of both pools together. */
  poolMax?: number;
  /** Whether `url` is a pooler that gives each transaction another connection, which knows no statement by its name. */
  pooled?: boolean;
};

/** The ORM's part of a process's connections: it reads a request's few rows, the other pool does the rest. */
const ormShare = (connections: number): number => Math.max(1, Math.floor(connections / 4));

/** Stores a request's audit entry with its changes. */
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
  // A transaction each: no table stays locked while others are changed.
  migrations: { migrationsList: migrations, tableName: 'migrations', snapshot: false, allOrNothing: false },
  // `reply_words`, which an index is made by, what keeps the audit log and what tells of ended sessions are migrations' own.
  schemaGenerator: { ignoreRoutines: true, ignoreTriggers: true },
  logger: () => {},
  // The address whole: it may say `sslmode` and where certificates are.
  driverOptions: { connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'aller-retour' },
});

/** Connects lazily: an unreachable database shows at the first query. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { Migrator } = await import('@mikro-orm/migrations');
  const connections = options.poolMax ?? 20;
  const orm = await MikroORM.init({ ...ormConfig({ url: options.url, poolMax: ormShare(connections) }), extensions: [Migrator] });
  const pool = new Pool({
    connectionString: options.url,
    max: Math.max(1, connections - ormShare(connections)),
    connectionTimeoutMillis: 10_000,
    application_name: 'aller-retour',
  });
  // A connection that is lost while idle, or between two statements of a transaction, is replaced; without a listener it would
  // end the process. Who uses it is told by its next statement.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    if (options.pooled) unnamed.add(client);
  });
  return {
    orm,
    em: () => orm.em.fork(),
    pool,
    async close() {
      await Promise.all([pool.end(), orm.close()]);
    },
  };
}
