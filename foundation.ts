import type { Logger } from 'pino';
import { installationGauges } from './activities/maintenance/installation-gauges.ts';
import { openMinuteSummary } from './activities/minute-summary.ts';
import { createProductMetrics, processGauges } from './activities/product-metrics.ts';
import manifest from './package.json' with { type: 'json' };
import { createRunWaker } from './activities/wake-run.ts';
import { createMetrics } from './api/http/metrics.ts';
import { createGuard } from './webhook-client/guard.ts';
import { createGuardedFetch } from './webhook-client/guarded-fetch.ts';
import { createPoster } from './webhook-client/request.ts';
import { createReadTxt } from './webhook-client/read-txt.ts';
import { createResolve, type Resolve } from './webhook-client/resolve.ts';
import { directUrl, type Config } from './config.ts';
import { migrate } from './database/migrate.ts';
import { openLive } from './database/live.ts';
import { openDatabase } from './database/orm.ts';
import { openMailTokens } from './database/mail/mail-tokens.ts';
import { openPushKeys } from './database/people/push-subscription.ts';
import { patiently } from './database/patience.ts';
import { openPhoneHash } from './database/contacts/phone-hash.ts';
import { createSecrets } from './database/secrets.ts';
import { affected, rows } from './database/sql.ts';
import { noTracing, type Tracing } from './domain/tracing.ts';
import type { Schedule } from './domain/callbacks/retry-schedule.ts';
import { createRuns } from './temporal/client.ts';
import { openClient, openSharedClient } from './temporal/connect.ts';
import { createFiledPages } from './temporal/filed-pages.ts';
import { installRuntime } from './temporal/runtime.ts';
import { scheduleSync } from './temporal/schedules.ts';
import { traceRuns } from './temporal/trace-runs.ts';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { WorkflowBundleOption } from '@temporalio/worker';

export type SystemOptions = {
  config: Config;
  log: Logger;
  /** Workflow code bundled beforehand. */
  bundle?: WorkflowBundleOption;
  /** Resolves host names; by the machine's name servers when left out. */
  resolve?: Resolve;
  callbackSchedule?: Schedule;
  emailSchedule?: Schedule;
  sweepEveryMs?: number;
  /** The clock of quiet hours; the machine's when left out. */
  clock?: () => Date;
};

export type Foundation = Awaited<ReturnType<typeof openFoundation>>;

/** Shared by both halves of a process: the database, Temporal, and the guarded way to post to customers' addresses. */
export async function openFoundation({ config, log, resolve }: Pick<SystemOptions, 'config' | 'log' | 'resolve'>) {
  await using starting = new AsyncDisposableStack();
  const secrets = createSecrets(config.SECRETS_KEY);
  await patiently(() => migrate(directUrl(config)), log);
  const listens = config.ROLE !== 'worker';
  const db = await openDatabase({
    url: config.DATABASE_URL,
    poolMax: config.DATABASE_POOL - (listens ? 1 : 0),
    pooled: config.DATABASE_DIRECT_URL !== undefined,
  });
  starting.defer(() => db.close());
  const hashPhone = await patiently(() => openPhoneHash(db.pool, secrets), log);
  const pushKeys = await patiently(() => openPushKeys(db.pool, secrets), log);
  const mailTokens = await patiently(() => openMailTokens(db.pool, secrets), log);
  const { tracing, traced } = starting.use(await openTraces(config, log));

  const metrics = createMetrics();
  const counts = createProductMetrics(metrics);
  installationGauges(metrics, db.pool);
  starting.use(openMinuteSummary(metrics, log));
  const live = listens ? openLive({ url: directUrl(config), pool: db.pool, log }) : null;
  starting.defer(async () => live?.close());
  processGauges(metrics, { pool: db.pool, version: manifest.version, ...(live ? { hears: live.hears } : {}) });

  const { client, connection, workerConnection } = await openTemporal(config, log, traced);
  starting.defer(() => connection.close());
  const { pages, runs } = openRuns({ config, log, pool: db.pool, client, eager: workerConnection !== null, counts, tracing });
  starting.defer(() => runs.flush());
  const { wake } = createRunWaker({ pool: db.pool, signal: runs.signal });
  const onCallbacksDue = (): void =>
    void wake('retry-callbacks').catch((error: unknown) =>
      log.warn({ err: error }, 'the run of retries could not be woken; the sweep wakes it later'),
    );

  const guard = createGuard({
    allowHttp: config.CALLBACK_ALLOW_HTTP,
    ports: config.CALLBACK_PORTS.includes('*') ? 'any' : config.CALLBACK_PORTS.map(Number),
    allowCidrs: config.CALLBACK_ALLOW_CIDRS,
    denyCidrs: config.CALLBACK_DENY_CIDRS,
    resolve: resolve ?? createResolve({ servers: config.CALLBACK_NAME_SERVERS }),
  });
  const poster = createPoster({ guard });
  starting.defer(() => poster.close());

  const stack = starting.move();
  return {
    db,
    secrets,
    hashPhone,
    mailTokens,
    pushKeys,
    metrics,
    counts,
    live,
    client,
    /** The connection of workers; null in a process that has none. */
    workerConnection,
    pages,
    runs,
    tracing,
    /** Traces through runs; undefined while there are none. */
    traced,
    onCallbacksDue,
    wake,
    guard,
    poster,
    guardedFetch: createGuardedFetch({ guard }),
    readTxt: createReadTxt(config.CALLBACK_NAME_SERVERS),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Loads tracing only where there is a collector. */
async function openTraces(config: Config, log: Logger) {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const opened = endpoint === undefined ? null : (await import('./open-tracing.ts')).openTracing({ ...config, endpoint }, log);
  return {
    tracing: opened ?? noTracing,
    traced: opened ? traceRuns(opened) : undefined,
    [Symbol.asyncDispose]: async () => opened?.[Symbol.asyncDispose](),
  };
}

/** The client of this process; in a worker it shares the workers' connection. */
async function openTemporal(config: Config, log: Logger, traced: ReturnType<typeof traceRuns> | undefined) {
  const options = {
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    apiKey: config.TEMPORAL_API_KEY,
    tls: config.TEMPORAL_TLS,
    caFile: config.TEMPORAL_TLS_CA_FILE,
    certFile: config.TEMPORAL_TLS_CERT_FILE,
    keyFile: config.TEMPORAL_TLS_KEY_FILE,
    interceptor: traced?.client,
  };
  if (config.ROLE === 'api') return { ...openClient(options), workerConnection: null };
  const port = config.TEMPORAL_METRICS_PORT;
  installRuntime(log, port === undefined ? undefined : `${config.HOST}:${port}`);
  const shared = await openSharedClient(options);
  return { ...shared, workerConnection: shared.connection };
}

type RunsOf = {
  config: Config;
  log: Logger;
  pool: Pool;
  client: Client;
  /** Whether a worker of this process may take a run's first task with its start. */
  eager: boolean;
  counts: ReturnType<typeof createProductMetrics>;
  tracing: Tracing;
};

/** Starts and signals runs; counts and traces delivered replies. */
function openRuns({ config, log, pool, client, eager, counts, tracing }: RunsOf) {
  const pages = createFiledPages({
    async isFiled(ids) {
      const [unfiled] = await rows(
        pool,
        'select from replies where id = any($1::uuid[]) and filed_at is null and filing_failed is null limit 1',
        [ids],
      );
      return unfiled === undefined;
    },
  });
  const started = createRuns({
    client,
    log,
    repliesPerRun: config.REPLIES_PER_RUN,
    requestEagerStart: eager,
    pages,
    onHandedAgain: async (ids) => {
      await affected(pool, 'update replies set handed_at = now() where id = any($1::uuid[]) and filed_at is null', [ids]);
    },
    createSyncSchedule: (carrierId) => scheduleSync(client, carrierId, { at: config.SYNC_AT, timeZone: config.SYNC_TIME_ZONE }),
  });
  const runs: typeof started = {
    ...started,
    deliverReplies(ids) {
      counts.received(ids.length);
      void tracing.span('replies stored', { replies: ids.length }, async () => started.deliverReplies(ids));
    },
  };
  return { pages, runs };
}
