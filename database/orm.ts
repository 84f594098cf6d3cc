import { MikroORM, type EntityManager, type EventSubscriber } from '@mikro-orm/postgresql';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, TypeOverrides, type PoolClient } from 'pg';
import { entities } from './entities.ts';
import { acting, auditRow } from './people/audit.ts';
import { AuditEntry } from './people/audit-entry.ts';
import { migrations } from './migrations/index.ts';
import { unnamed } from './sql.ts';

/** `em()` forks: one per request and per activity. `pool` returns times as Date and bigints as text; the ORM uses it, too. */
export type Database = {
  orm: MikroORM;
  em: () => EntityManager;
  pool: Pool;
  close(): Promise<void>;
};

export type DatabaseOptions = {
  url: string;
  /** Most connections. */
  poolMax?: number;
  /** Whether `url` is a pooler in transaction mode: no prepared statements by name. */
  pooled?: boolean;
};

/** The ORM reads times as text. */
const ormTypes = new TypeOverrides();
for (const oid of [1082, 1114, 1184, 1186]) ormTypes.setTypeParser(oid, (text) => text);

const override = <T extends object>(whole: T, members: Partial<Record<keyof T, unknown>>): T =>
  new Proxy(whole, { get: (target, key) => Reflect.get(key in members ? members : target, key) });

const ormClient = (client: PoolClient): PoolClient =>
  override(client, {
    query: (text: string, values: readonly unknown[] = []) => client.query({ text, values: [...values], types: ormTypes }),
    release: () => client.release(),
  });

/** The pool as the ORM sees it; only who opened it ends it. */
const ormPool = (pool: Pool): Pool =>
  override(pool, { connect: async () => ormClient(await pool.connect()), end: async () => {} });

/** Writes what `em` has gathered in the transaction of that connection. */
export async function flushIn(client: PoolClient, em: EntityManager): Promise<void> {
  const lent = override(client, { release: () => {} });
  const pool = { connect: async () => ormClient(lent), end: async () => {}, options: {} };
  em.setTransactionContext(new Kysely({ dialect: new PostgresDialect({ pool }) }));
  try {
    await em.flush();
  } finally {
    em.resetTransactionContext();
  }
}

/** Stores a request's audit entry with its changes. */
const auditing: EventSubscriber = {
  onFlush({ em, uow }) {
    const owed = acting.getStore()?.owed;
    if (owed && uow.getChangeSets().length > 0) uow.computeChangeSet(em.create(AuditEntry, auditRow(owed)));
  },
};

export const ormConfig = (url: string) => ({
  clientUrl: url,
  entities,
  forceUtcTimezone: true,
  debug: false,
  subscribers: [auditing],
  allowGlobalContext: false,
  // One transaction per migration, so that locks are short.
  migrations: { migrationsList: migrations, tableName: 'migrations', snapshot: false, allOrNothing: false },
  // Functions and triggers stand in migrations alone.
  schemaGenerator: { ignoreRoutines: true, ignoreTriggers: true },
  logger: () => {},
  // The whole address: it may hold `sslmode` and paths of certificates.
  driverOptions: { connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'aller-retour' },
});

/** Connects lazily: an unreachable database shows at the first query. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { Migrator } = await import('@mikro-orm/migrations');
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolMax ?? 20,
    connectionTimeoutMillis: 10_000,
    application_name: 'aller-retour',
  });
  // A connection that is lost while idle, or between two statements of a transaction, is replaced; without a listener it would
  // end the process. Its user learns of it from the next statement.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    if (options.pooled) unnamed.add(client);
  });
  const orm = await MikroORM.init({
    ...ormConfig(options.url),
    driverOptions: new PostgresDialect({ pool: ormPool(pool) }),
    extensions: [Migrator],
  });
  return {
    orm,
    em: () => orm.em.fork(),
    pool,
    async close() {
      await orm.close();
      await pool.end();
    },
  };
}
