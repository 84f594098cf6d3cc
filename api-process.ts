import { fileURLToPath } from 'node:url';
import { createWebhookIngest } from './activities/carriers/ingest-webhook.ts';
import { createApi } from './api/app.ts';
import { registry } from './carriers/registry.ts';
import type { Config } from './config.ts';
import type { Live } from './database/live.ts';
import { rows } from './database/sql.ts';
import { listen } from './api/http/serve.ts';
import type { Foundation, SystemOptions } from './foundation.ts';

/** The answering half of a process: the HTTP API with the console. */
export async function startApiProcess(
  { config, log, draining }: Pick<SystemOptions, 'config' | 'log'> & { draining: () => boolean },
  foundation: Foundation & { live: Live },
): Promise<AsyncDisposable & { url: string }> {
  const { db, runs, onCallbacksDue, pushKeys, live } = foundation;
  await using starting = new AsyncDisposableStack();
  const { COUNTRY: country } = config;
  const api = createApi({
    ...foundation,
    ...settingsOf(config),
    log,
    draining,
    registry,
    pushKey: pushKeys.publicKey,
    ingestWebhook: createWebhookIngest({ pool: db.pool, log, country, deliverReplies: runs.deliverReplies, onCallbacksDue }),
    docsFolder: fileURLToPath(new URL('./docs', import.meta.url)),
    consoleFolder: fileURLToPath(new URL('./console/dist', import.meta.url)),
  });
  const server = await listen(api.fetch, config.HOST, config.PORT);
  starting.use(server);
  if (config.OCTOPUSH_HTTP_PORT !== undefined) {
    const plain = (request: Request, env: object) =>
      /^\/api(?:_sub|_wooc_os|_mag_ss)?\//.test(new URL(request.url).pathname)
        ? api.fetch(request, env)
        : new Response(null, { status: 404 });
    const { port } = starting.use(await listen(plain, config.HOST, config.OCTOPUSH_HTTP_PORT));
    log.warn({ port }, 'V0 of Octopush is answered on plain http: keys and texts travel unencrypted');
  }
  // First: ends the requests that wait for news, so that the server can close.
  starting.defer(() => live.close());
  rows(db.pool, 'select from prices limit 1').then(
    (found) => found.length === 0 && log.info('no price is set: costs are null in answers until POST /v1/operator/prices'),
    () => {
      // The next start says it again.
    },
  );
  const stack = starting.move();
  return { url: `http://${config.HOST}:${server.port}`, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The settings that the API reads, by its own names. */
const settingsOf = (config: Config) => ({
  publicUrl: config.PUBLIC_URL ?? null,
  temporalRuns:
    config.TEMPORAL_UI_URL === undefined
      ? null
      : new URL(`namespaces/${config.TEMPORAL_NAMESPACE}/workflows/`, `${config.TEMPORAL_UI_URL.replace(/\/*$/, '')}/`).href,
  clockInjectable: config.SYNC_CLOCK === 'injected',
  stopNumber: config.STOP_NUMBER ?? null,
  simulatedPhones: config.SIMULATED_PHONES_URL ?? null,
  securityContact: config.SECURITY_CONTACT ?? null,
  signInPolicy: {
    sessionHours: config.SESSION_HOURS,
    idleMinutes: config.SESSION_IDLE_MINUTES,
    authenticator: config.AUTHENTICATOR_REQUIRED,
  },
  bodyLimitBytes: config.BODY_LIMIT_MB * 1_048_576,
  trustedProxies: config.TRUSTED_PROXIES,
  accountGraceDays: config.ACCOUNT_GRACE_DAYS,
  unlimitedCredit: config.UNLIMITED_CREDIT,
  requestLimits: {
    key: { perMinute: config.KEY_REQUESTS_PER_MINUTE, atOnce: config.KEY_REQUESTS_AT_ONCE },
    account: { perMinute: config.ACCOUNT_REQUESTS_PER_MINUTE, atOnce: config.ACCOUNT_REQUESTS_AT_ONCE },
  },
});
