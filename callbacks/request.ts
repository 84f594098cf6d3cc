import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { Agent, buildConnector, request } from 'undici';
import { readRetryAfter } from '../domain/retry-schedule.ts';
import type { Guard } from './guard.ts';
import { sign } from './signature.ts';

export type AttemptClass =
  | 'ok'
  | 'dns'
  | 'refused'
  | 'reset'
  | 'tls'
  | 'timeout'
  | 'egress_blocked'
  | 'redirect'
  | 'http_4xx'
  | 'http_429'
  | 'http_5xx'
  | 'gone';

/** How one POST went. `error` is the operator's wording. */
export type AttemptResult = {
  ok: boolean;
  class: AttemptClass;
  status: number | null;
  /** Milliseconds; null for what did not happen, or not on a connection that was already there. */
  timings: Record<'dnsMs' | 'connectMs' | 'tlsMs' | 'firstByteMs' | 'totalMs', number | null>;
  remoteAddress: string | null;
  responseHeaders: Record<string, string> | null;
  bodyExcerpt: string | null;
  retryAfterMs: number | null;
  error: string | null;
};

export type Post = { url: string; headers: Record<string, string>; body: string; timeoutMs: number };
export type Poster = { post(post: Post): Promise<AttemptResult>; close(): Promise<void> };

const CONNECT_MS = 5000;
const READ_AT_MOST = 65_536;
const KEEP_AT_MOST = 16_384;
const KEPT_HEADERS = [
  'content-type',
  'content-length',
  'location',
  'retry-after',
  'server',
  'date',
  'x-request-id',
  'via',
  'cf-ray',
];
const VERSION = '0.1.0';

class Blocked extends Error {}

/** The headers of one attempt. `id` and `body` are the same on every one, the time and the signature are not. */
export function callbackHeaders(call: {
  secrets: string[];
  id: string;
  deliveryId: string;
  attempt: number;
  trigger: 'auto' | 'manual' | 'replay' | 'test';
  body: string;
  now: Date;
}): Record<string, string> {
  const timestamp = Math.floor(call.now.getTime() / 1000);
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': `aller-retour-callback/${VERSION}`,
    'webhook-id': call.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign(call.secrets, call.id, timestamp, call.body),
    'x-attempt': String(call.attempt),
    'x-delivery-id': call.deliveryId,
    'x-trigger': call.trigger,
    traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
  };
}

/**
 * Posts to addresses that customers name, and nowhere else: every address of the host is checked, the connection goes to one
 * that was, and the socket's remote address is checked once more. Redirects are not followed. Never throws.
 */
export function createPoster({ guard }: { guard: Guard }): Poster {
  // The connector is given the address to connect to by the check of this very attempt; the name is for TLS and Host only.
  const connect = buildConnector({ timeout: CONNECT_MS, allowH2: false });
  const agent = new Agent({
    connections: 16,
    pipelining: 1,
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 10_000,
    connect(options, done) {
      const literal = options.hostname.replace(/^\[|\]$/g, '');
      const secure = options.protocol === 'https:';
      guard
        .check(`${options.protocol}//${options.host ?? options.hostname}/`)
        .then((checked) => {
          if (!checked.ok)
            throw checked.kind === 'dns'
              ? Object.assign(new Error(checked.reason), { code: 'ENOTFOUND' })
              : new Blocked(checked.reason);
          const [address = literal] = checked.addresses;
          connect(
            { ...options, hostname: address, host: address, ...(secure && isIP(literal) === 0 ? { servername: literal } : {}) },
            (error, socket) => {
              if (error) return done(error, null);
              if (socket.remoteAddress !== undefined && !guard.allows(socket.remoteAddress)) {
                socket.destroy();
                return done(new Blocked(`the connection led to ${socket.remoteAddress}`), null);
              }
              return done(null, socket);
            },
          );
        })
        .catch((error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null));
    },
  });

  return {
    close: () => agent.destroy(),
    async post({ url, headers, body, timeoutMs }) {
      const begun = performance.now();
      const timings: AttemptResult['timings'] = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: null };
      const nothing = {
        status: null,
        timings,
        remoteAddress: null,
        responseHeaders: null,
        bodyExcerpt: null,
        retryAfterMs: null,
      };
      try {
        const checked = await guard.check(url);
        timings.dnsMs = since(begun);
        if (!checked.ok) {
          timings.totalMs = since(begun);
          return { ...nothing, ok: false, class: checked.kind === 'dns' ? 'dns' : 'egress_blocked', error: checked.reason };
        }
        const response = await request(url, {
          method: 'POST',
          headers,
          body,
          dispatcher: agent,
          signal: AbortSignal.timeout(timeoutMs),
        });
        timings.firstByteMs = since(begun);
        const bodyExcerpt = await readSome(response.body);
        timings.totalMs = since(begun);
        const status = response.statusCode;
        const kept = Object.fromEntries(
          KEPT_HEADERS.flatMap((name) =>
            response.headers[name] === undefined ? [] : [[name, String(response.headers[name]).slice(0, 1000)]],
          ),
        );
        return {
          ok: status >= 200 && status < 300,
          class: classOf(status),
          status,
          timings,
          remoteAddress: checked.addresses[0] ?? null,
          responseHeaders: kept,
          bodyExcerpt,
          retryAfterMs: readRetryAfter(kept['retry-after'], new Date()),
          error:
            status >= 200 && status < 300
              ? null
              : `answered ${status}${kept['location'] === undefined ? '' : `, pointing to ${kept['location']}`}`,
        };
      } catch (error) {
        timings.totalMs = since(begun);
        return { ...nothing, ok: false, ...readFault(error) };
      }
    },
  };
}

const since = (begun: number): number => Math.round((performance.now() - begun) * 10) / 10;

function classOf(status: number): AttemptClass {
  if (status >= 200 && status < 300) return 'ok';
  if (status === 410) return 'gone';
  if (status === 429) return 'http_429';
  if (status >= 300 && status < 400) return 'redirect';
  return status >= 500 ? 'http_5xx' : 'http_4xx';
}

/** Reads so much and leaves the rest: a receiver may send a gigabyte. */
async function readSome(stream: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= READ_AT_MOST) {
      stream.destroy();
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, KEEP_AT_MOST).toString('utf8').toWellFormed().replaceAll('\u0000', '\uFFFD');
}

const CLASSES: Record<string, AttemptClass> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
};

function readFault(error: unknown): { class: AttemptClass; error: string } {
  if (error instanceof Blocked) return { class: 'egress_blocked', error: error.message };
  if (!(error instanceof Error)) return { class: 'reset', error: String(error) };
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return { class: 'timeout', error: 'took longer than its time limit' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = CLASSES[code];
  if (known) return { class: known, error: `${code}: ${error.message}`.slice(0, 500) };
  const tls = /^(ERR_TLS|CERT_|DEPTH_|UNABLE_TO|SELF_SIGNED|ERR_SSL)/.test(code);
  return { class: tls ? 'tls' : 'reset', error: `${code} ${error.message}`.trim().slice(0, 500) };
}
