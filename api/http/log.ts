import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Logger } from 'pino';
import { newId } from '../../database/ids.ts';
import type { Tracing } from '../../domain/tracing.ts';
import type { ApiEnv } from '../services.ts';

/** At least one letter: digits alone may be a phone number. */
const REQUEST_ID = /^(?=.*[A-Za-z])[A-Za-z0-9._:-]{8,128}$/;
/** First the digits a log line may hold, then those it may not. */
const UNTOLD =
  /((?<=(?:\w\.[\w.-]+|localhost|\]):)\d{1,5}\b(?![ .-]?\d)|(?<![\d+.-])\d{1,8} ?(?:ms|s|seconds|minutes|bytes|rows|connections|attempts|tries)\b)|"[^"]*"|'[^']*'|\+?\d[\d .-]{3,}\d/g;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The route as in the OpenAPI document, without ids and numbers from the address; `none` for an unknown one. */
export function routeOf(c: Context): string {
  const known = routes.get(c);
  if (known !== undefined) return known;
  const route = matchedRoutes(c).findLast(({ path }) => !path.includes('*'));
  const written = route ? route.path.replaceAll(/:([A-Za-z]+)/g, '{$1}') : 'none';
  routes.set(c, written);
  return written;
}
/** Read several times per request. */
const routes = new WeakMap<Context, string>();

const field = (error: object, name: string): string | undefined => {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
};

/**
 * An error for the log. A database message quotes the refused row, so only its code and names are kept; other messages lose
 * quoted text and numbers of five digits or more, except ports, durations and counts.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = field(error, 'code');
  const stack = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const at = stack.slice(0, 8).map((line) => line.trim());
  if (code !== undefined && SQLSTATE.test(code)) {
    return { name: error.name, code, table: field(error, 'table'), constraint: field(error, 'constraint'), at };
  }
  const message = error.message.replaceAll(UNTOLD, (found, plain?: string) => plain ?? '…').slice(0, 300);
  return { name: error.name, code, message, at };
}

/** Gives each request an id, its own if plain, and logs one line without numbers, texts or secrets. */
export const requestLog =
  ({ log, tracing }: { log: Logger; tracing: Tracing }): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const given = c.req.header('x-request-id');
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : newId();
    const { traceparent } = tracing.headers();
    const own = log.child({ requestId, ...(traceparent === undefined ? {} : { traceId: traceparent.slice(3, 35) }) });
    c.set('requestId', requestId);
    c.set('log', own);
    c.header('X-Request-Id', requestId);
    const start = performance.now();
    await next();
    const ms = Math.round((performance.now() - start) * 10) / 10;
    own.info({ method: c.req.method, route: routeOf(c), status: c.res.status, ms, key: c.get('keyId') }, 'request');
  };

/** A request starts a trace of ours; the caller's is ignored. */
export const traceRequests =
  (tracing: Tracing): MiddlewareHandler<ApiEnv> =>
  (c, next) => {
    const asked = { 'http.request.method': c.req.method, 'http.route': routeOf(c) };
    return tracing.span(`${c.req.method} ${routeOf(c)}`, asked, async (set) => {
      await next();
      set({ 'http.response.status_code': c.res.status });
    });
  };
