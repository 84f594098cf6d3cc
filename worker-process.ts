import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createActivities } from './activities/index.ts';
import { openWatch } from './activities/maintenance/sweep.ts';
import { createClaimFacts } from './activities/sending/claim-facts.ts';
import { readDkim, type Dkim } from './activities/mail/dkim-key.ts';
import { openCarrierLines } from './activities/sending/carrier-lines.ts';
import { createMailer } from './activities/mail/mailer.ts';
import { registry } from './carriers/registry.ts';
import type { NativeConnection } from '@temporalio/worker';
import type { Config } from './config.ts';
import { prepareNamespace } from './temporal/connect.ts';
import { scheduleRentals, scheduleRetention, scheduleSweep } from './temporal/schedules.ts';
import { bundleWorkflows, openWorkers, type Running } from './temporal/worker.ts';
import type { Foundation, SystemOptions } from './foundation.ts';

/** The working half of a process: carriers' lines and Temporal workers. Returns the workers, none of which may die. */
export async function startWorkerProcess(
  { config, log, bundle, sweepEveryMs = 60_000, callbackSchedule, emailSchedule, clock = () => new Date() }: SystemOptions,
  foundation: Foundation & { workerConnection: NativeConnection },
): Promise<AsyncDisposable & { workers: Running[] }> {
  const { db, secrets, hashPhone, pushKeys, counts, client, workerConnection: connection, pages, runs, traced } = foundation;
  const { onCallbacksDue, wake } = foundation;
  await using starting = new AsyncDisposableStack();
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
  const lines = openCarrierLines({
    pool: db.pool,
    secrets,
    registry,
    log,
    holder: worker,
    carriers: config.CARRIERS,
    country: config.COUNTRY,
    publicUrl: config.PUBLIC_URL,
    deliverReplies: runs.deliverReplies,
    onCallbacksDue,
    mark: createClaimFacts({ hashPhone, clock }),
    metrics: counts,
  });
  const activities = createActivities({
    ...foundation,
    ...settingsOf(config),
    log,
    lines,
    registry,
    mailer,
    onPageTaken: pages.taken,
    signal: runs.signal,
    push: {
      fetch: foundation.guardedFetch,
      vapid: { ...pushKeys, subject: `mailto:postmaster@${domainOf(config.MAIL_FROM)}` },
    },
    worker,
    metrics: counts,
    ...(callbackSchedule ? { callbackSchedule } : {}),
    ...(emailSchedule ? { emailSchedule } : {}),
  });
  const opened = await openWorkers({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    activities,
    bundle: (traced ? undefined : bundle) ?? (await bundleWorkflows(traced !== undefined)),
    traced,
  });
  // Lines and their workers first, so that nothing is claimed that cannot be sent.
  starting.defer(async () => {
    await lines.stop();
    await opened.close();
    await activities.callbacksOver();
  });
  await runs.warmUp();
  lines.start(opened.carrierWorker);
  log.info({ worker, carriers: config.CARRIERS }, 'a worker has started');
  // Not where the sweep never comes either.
  starting.use(openWatch({ pool: db.pool, log, everyMs: Math.min(Math.max(sweepEveryMs / 20, 100), 2 ** 31 - 1), runs, wake }));
  const stack = starting.move();
  return { workers: opened.fixed, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const dkimOf = ({ MAIL_DKIM_KEY_FILE: file, MAIL_DKIM_SELECTOR: selector, MAIL_FROM: from }: Config): Dkim | null =>
  file === undefined || selector === undefined ? null : readDkim({ file, selector, domain: domainOf(from) });

const domainOf = (from: string): string => /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';

/** The settings that activities read, by their own names. */
const settingsOf = (config: Config) => ({
  stopNumber: config.STOP_NUMBER ?? null,
  country: config.COUNTRY,
  inboundDomain: config.MAIL_INBOUND_DOMAIN ?? null,
  mailDomain: domainOf(config.MAIL_FROM),
  publicUrl: config.PUBLIC_URL ?? null,
  alarmWebhook:
    config.ALARM_WEBHOOK_URL === undefined ? null : { url: config.ALARM_WEBHOOK_URL, secret: config.ALARM_WEBHOOK_SECRET ?? '' },
  auditDays: config.AUDIT_DAYS,
  injectableClock: config.SYNC_CLOCK === 'injected',
});
