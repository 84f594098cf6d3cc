import { listenForMail } from './activities/mail/smtp-listener.ts';
import { serveMetrics } from './api/http/metrics.ts';
import { listen } from './api/http/serve.ts';
import { startApiProcess } from './api-process.ts';
import { openFoundation, type SystemOptions } from './foundation.ts';
import { startWorkerProcess } from './worker-process.ts';

export type System = AsyncDisposable & {
  /** Where the API listens; null in a worker. */
  url: string | null;
  /** The address of the metrics; null without METRICS_PORT. */
  metricsUrl: string | null;
  /** The address that takes mail; null where none is taken. */
  inboundMailPort: number | null;
  /** Makes /ready say that this process is about to stop; requests are still answered. */
  drain(): void;
  /** Rejects when a worker dies by itself. */
  failed: Promise<never>;
};

/** Starts a process by its ROLE: the foundation, then its halves; stops them in reverse order. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { config, log } = options;
  let draining = false;
  await using starting = new AsyncDisposableStack();
  const foundation = starting.use(await openFoundation(options));
  const { db, runs, mailTokens, metrics, workerConnection, live } = foundation;

  const worker =
    workerConnection === null ? null : starting.use(await startWorkerProcess(options, { ...foundation, workerConnection }));

  const mail =
    config.MAIL_INBOUND_PORT === undefined || config.MAIL_INBOUND_DOMAIN === undefined
      ? null
      : starting.use(
          await listenForMail({
            pool: db.pool,
            log,
            tokens: mailTokens,
            sendMessages: runs.sendMessages,
            host: config.HOST,
            port: config.MAIL_INBOUND_PORT,
            domain: config.MAIL_INBOUND_DOMAIN,
            authority: config.MAIL_INBOUND_AUTHORITY ?? null,
          }),
        );
  const shown =
    config.METRICS_PORT === undefined
      ? null
      : starting.use(await listen(serveMetrics(metrics, log), config.HOST, config.METRICS_PORT));
  const api =
    live === null ? null : starting.use(await startApiProcess({ ...options, draining: () => draining }, { ...foundation, live }));
  if (api) log.info({ url: api.url }, 'the API listens');

  const stack = starting.move();
  return {
    url: api?.url ?? null,
    metricsUrl: shown === null ? null : `http://${config.HOST}:${shown.port}/metrics`,
    inboundMailPort: mail?.port ?? null,
    drain: () => void (draining = true),
    failed: Promise.race([new Promise<never>(() => {}), ...(worker?.workers ?? []).map(({ failed }) => failed)]),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
