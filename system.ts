import { serve, type ServerType } from '@hono/node-server';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createActivities } from './activities/index.ts';
import { createMarks } from './activities/sending/claim-facts.ts';
import { createFilingLag } from './activities/replies/filing-lag.ts';
import { callbackGauges, createCallbackMetrics } from './activities/callbacks/callback-metrics.ts';
import { createWebhookIngest } from './activities/carriers/ingest-webhook.ts';
import { readDkim, type Dkim } from './activities/mail/dkim-key.ts';
import { listenForMail } from './activities/mail/smtp-listener.ts';
import { openLines } from './activities/sending/carrier-lines.ts';
import { createWake } from './activities/wake-run.ts';
import { mailGauges } from './activities/mail/mail-metrics.ts';
import { createMailer } from './activities/mail/mailer.ts';
import { createApi } from './api/app.ts';
import { createMetrics, serveMetrics } from './api/http/metrics.ts';
import { createGuard } from './webhook-client/guard.ts';
import { createPoster } from './webhook-client/request.ts';
import { createResolve, type Resolve } from './webhook-client/resolve.ts';
import { registry } from './carriers/registry.ts';
import type { Config } from './config.ts';
import { migrate } from './database/migrate.ts';
import { openLive } from './database/live.ts';
import { openDatabase } from './database/orm.ts';
import { openMailTokens } from './database/mail/mail-tokens.ts';
import { patiently } from './database/patience.ts';
import { openPhoneHash } from './database/contacts/phone-hash.ts';
import { createSecrets } from './database/secrets.ts';
import { affected } from './database/sql.ts';
import type { Schedule } from './domain/callbacks/retry-schedule.ts';
import { createRuns } from './temporal/client.ts';
import { openClient, prepareNamespace } from './temporal/connect.ts';
import { installRuntime } from './temporal/runtime.ts';
import { scheduleRentals, scheduleRetention, scheduleSweep, scheduleSync } from './temporal/schedules.ts';
import { bundleWorkflows, openWorkers, type Running } from './temporal/worker.ts';
import type { WorkflowBundleOption } from '@temporalio/worker';

export type SystemOptions = {
  config: Config;
  log: Logger;
  /** Workflow code made beforehand. */
  bundle?: WorkflowBundleOption;
  /** How names become addresses; left out, by the machine's name servers. */
  resolve?: Resolve;
  callbackSchedule?: Schedule;
  emailSchedule?: Schedule;
  sweepEveryMs?: number;
  /** What time it is for quiet hours; left out, the machine's. */
  clock?: () => Date;
};

export type System = AsyncDisposable & {
  /** Where the API listens; null in a worker. */
  url: string | null;
  /** Where Prometheus reads; null without METRICS_PORT. */
  metricsUrl: string | null;
  /** Where mail is taken; null where it is not. */
  inboundMailPort: number | null;
  /** Rejects when a worker dies by itself. */
  failed: Promise<never>;
};

/** Everything a process is made of, from its configuration: read from top to bottom, stopped from bottom to top. */
export async function startSystem({
  config,
  log,
  bundle,
  resolve,
  callbackSchedule,
  emailSchedule,
  sweepEveryMs,
  clock = () => new Date(),
}: SystemOptions): Promise<System> {
  await using starting = new AsyncDisposableStack();
  const withApi = config.ROLE !== 'worker';
  const withWorker = config.ROLE !== 'api';

  // What everything stands on.
  const secrets = createSecrets(config.SECRETS_KEY);
  await patiently(() => migrate(config.DATABASE_URL), log);
  const db = await openDatabase({ url: config.DATABASE_URL, poolMax: config.DATABASE_POOL });
  starting.defer(() => db.close());

  const hashPhone = await patiently(() => openPhoneHash(db.pool, secrets), log);
  const mailTokens = await patiently(() => openMailTokens(db.pool, secrets), log);

  const temporal = {
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    apiKey: config.TEMPORAL_API_KEY,
    tls: config.TEMPORAL_TLS,
  };
  const metrics = createMetrics();
  callbackGauges(metrics, db.pool);
  mailGauges(metrics, db.pool);
  const { client, connection } = openClient(temporal);
  starting.defer(() => connection.close());

  const runs = createRuns({
    client,
    log,
    repliesPerRun: config.REPLIES_PER_RUN,
    lagMs: createFilingLag(db.pool),
    onHanded: async (ids, workflowId) => {
      await affected(db.pool, `update replies set handed_at = now(), run_id = coalesce(run_id, $2) where id = any($1::uuid[])`, [
        ids,
        workflowId,
      ]);
    },
    createSyncSchedule: (carrierId) => scheduleSync(client, carrierId, { at: config.SYNC_AT, timeZone: config.SYNC_TIME_ZONE }),
  });
  starting.defer(() => runs.flush());

  const wake = createWake({ pool: db.pool, signal: runs.signal });
  const owes = (): void =>
    void wake
      .wake('retry-callbacks')
      .catch((error: unknown) => log.warn({ err: error }, 'the run of retries could not be woken; the sweep wakes it later'));

  const guard = createGuard({
    allowHttp: config.CALLBACK_ALLOW_HTTP,
    ports: config.CALLBACK_PORTS.includes('*') ? 'any' : config.CALLBACK_PORTS.map(Number),
    allowCidrs: config.CALLBACK_ALLOW_CIDRS,
    denyCidrs: config.CALLBACK_DENY_CIDRS,
    resolve: resolve ?? createResolve({ servers: config.CALLBACK_NAME_SERVERS }),
  });

  const poster = createPoster({ guard });
  starting.defer(() => poster.close());

  // What comes in and goes out.
  const workers: Running[] = [];
  if (withWorker) {
    installRuntime(log);
    await prepareNamespace(connection, config.TEMPORAL_NAMESPACE);
    await scheduleSweep(client, sweepEveryMs);
    await scheduleRentals(client, config.SYNC_TIME_ZONE);
    await scheduleRetention(client, config.SYNC_TIME_ZONE);
    const mailer =
      config.SMTP_URL === undefined
        ? null
        : createMailer(config.SMTP_URL, config.MAIL_FROM, dkimOf(config), { maxConnections: config.MAIL_CONNECTIONS });
    starting.defer(() => mailer?.close());

    const worker = `${hostname()} ${process.pid} ${randomUUID()}`;
    const lines = openLines({
      pool: db.pool,
      secrets,
      registry,
      log,
      holder: worker,
      carriers: config.CARRIERS,
      country: config.COUNTRY,
      deliverReplies: runs.deliverReplies,
      owes,
      mark: createMarks({ hashPhone, clock }),
    });
    const activities = createActivities({
      db,
      log,
      secrets,
      lines,
      registry,
      poster,
      mailer,
      owes,
      runs,
      signal: runs.signal,
      stopNumber: config.STOP_NUMBER ?? null,
      country: config.COUNTRY,
      hashPhone,
      mailTokens,
      inboundDomain: config.MAIL_INBOUND_DOMAIN ?? null,
      mailDomain: domainOf(config.MAIL_FROM),
      publicUrl: config.PUBLIC_URL ?? null,
      alarmWebhook:
        config.ALARM_WEBHOOK_URL === undefined
          ? null
          : { url: config.ALARM_WEBHOOK_URL, secret: config.ALARM_WEBHOOK_SECRET ?? '' },
      injectableClock: config.SYNC_CLOCK === 'injected',
      worker,
      metrics: createCallbackMetrics(metrics),
      ...(callbackSchedule ? { callbackSchedule } : {}),
      ...(emailSchedule ? { emailSchedule } : {}),
    });
    const opened = await openWorkers({ settings: temporal, activities, bundle: bundle ?? (await bundleWorkflows()) });
    // Lines first, with the workers of their queues: nothing is claimed that can no longer be sent.
    starting.defer(async () => {
      await lines.stop();
      await opened.close();
      await activities.callbacksOver();
    });
    lines.start(opened.carrierWorker);
    workers.push(...opened.fixed);
  }

  let inboundMailPort: number | null = null;
  if (config.MAIL_INBOUND_PORT !== undefined && config.MAIL_INBOUND_DOMAIN !== undefined) {
    const inbound = await listenForMail({
      pool: db.pool,
      log,
      tokens: mailTokens,
      sendMessages: runs.sendMessages,
      host: config.HOST,
      port: config.MAIL_INBOUND_PORT,
      domain: config.MAIL_INBOUND_DOMAIN,
      authority: config.MAIL_INBOUND_AUTHORITY ?? null,
    });
    starting.use(inbound);
    inboundMailPort = inbound.port;
  }

  let metricsUrl: string | null = null;
  if (config.METRICS_PORT !== undefined) {
    const server = await listen(serveMetrics(metrics, log), config.HOST, config.METRICS_PORT);
    starting.defer(() => closeServer(server.server));
    metricsUrl = `http://${config.HOST}:${server.port}/metrics`;
  }

  let url: string | null = null;
  if (withApi) {
    const live = openLive({ url: config.DATABASE_URL, log });
    const api = createApi({
      db,
      runs,
      ingestWebhook: createWebhookIngest({
        pool: db.pool,
        log,
        country: config.COUNTRY,
        deliverReplies: runs.deliverReplies,
        owes,
      }),
      live,
      secrets,
      hashPhone,
      mailTokens,
      publicUrl: config.PUBLIC_URL ?? null,
      log,
      guard,
      poster,
      registry,
      metrics,
      temporalRuns:
        config.TEMPORAL_UI_URL === undefined
          ? null
          : new URL(`namespaces/${config.TEMPORAL_NAMESPACE}/workflows/`, `${config.TEMPORAL_UI_URL.replace(/\/*$/, '')}/`).href,
      clockInjectable: config.SYNC_CLOCK === 'injected',
      stopNumber: config.STOP_NUMBER ?? null,
      simulatedPhones: config.SIMULATED_PHONES_URL ?? null,
      bodyLimitBytes: config.BODY_LIMIT_MB * 1_048_576,
      trustedProxies: config.TRUSTED_PROXIES,
      consoleFolder: fileURLToPath(new URL('./console/dist', import.meta.url)),
    });
    const server = await listen(api.fetch, config.HOST, config.PORT);
    starting.defer(() => closeServer(server.server));
    // First: what waits for news is answered, so that the server has nothing left to wait for.
    starting.defer(() => live.close());
    url = `http://${config.HOST}:${server.port}`;
    log.info({ url }, 'the API listens');
  }

  const stack = starting.move();
  return {
    url,
    metricsUrl,
    inboundMailPort,
    failed: Promise.race([new Promise<never>(() => {}), ...workers.map((worker) => worker.failed)]),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const listen = (
  fetch: Parameters<typeof serve>[0]['fetch'],
  hostname: string,
  port: number,
): Promise<{ server: ServerType; port: number }> =>
  new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, (info) => resolve({ server, port: info.port }));
    server.once('error', reject);
  });

const closeServer = (server: ServerType): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 5000).unref();
  });

const dkimOf = ({ MAIL_DKIM_KEY_FILE: file, MAIL_DKIM_SELECTOR: selector, MAIL_FROM: from }: Config): Dkim | null =>
  file === undefined || selector === undefined ? null : readDkim({ file, selector, domain: domainOf(from) });

const domainOf = (from: string): string => /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';
