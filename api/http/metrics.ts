import type { MiddlewareHandler } from 'hono';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { describeError, routeOf } from './log.ts';

/** Less than Prometheus's timeout. */
const DEADLINE_MS = 3000;

/** Names of 0.1 are kept beside the new ones until 0.3. */
const NAMES =
  'http_request_duration_seconds|callback_attempt|callback_first_attempt|callback_endpoints|callback_line_down|callback_oldest|mail_paused|mail_oldest';
const OF_BEFORE = new RegExp(`^# HELP aller_retour_(${NAMES})`);
const OF_BEFORE_ALL = new RegExp(`aller_retour_(${NAMES})`, 'g');

export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

export function requestMetrics(registry: Registry): MiddlewareHandler {
  const duration = new Histogram({
    name: 'aller_retour_http_request_duration_seconds',
    help: 'Time from request to answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    registers: [registry],
  });
  return async (c, next) => {
    const end = duration.startTimer();
    await next();
    end({ method: c.req.method, route: routeOf(c), status: c.res.status });
  };
}

/** Serves `/metrics` on its own port. Metrics that fail, such as by a database that is away, are left out. */
export const serveMetrics = (registry: Registry, log: Logger) => {
  const valueOf = async (name: string): Promise<string> => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no value within ${DEADLINE_MS} ms`)), DEADLINE_MS);
    return Promise.race([registry.getSingleMetricAsString(name), late]).finally(() => clearTimeout(timer));
  };
  return async (request: Request): Promise<Response> => {
    if (new URL(request.url).pathname !== '/metrics') return new Response('Not found\n', { status: 404 });
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    const values = await Promise.allSettled(names.map(valueOf));
    const missing = values.flatMap((value, index) => (value.status === 'rejected' ? [{ name: names[index], value }] : []));
    if (missing[0])
      log.warn({ metrics: missing.map(({ name }) => name), error: describeError(missing[0].value.reason) }, 'metrics left out');
    const read = values.flatMap((value) => (value.status === 'fulfilled' ? [value.value] : []));
    const text = read
      .flatMap((metric) => (OF_BEFORE.test(metric) ? [metric, metric.replaceAll(OF_BEFORE_ALL, '$1')] : [metric]))
      .join('\n\n');
    return new Response(`${text}\n`, { headers: { 'content-type': registry.contentType } });
  };
};
