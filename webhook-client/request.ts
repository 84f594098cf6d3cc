import manifest from '../package.json' with { type: 'json' };
import { CONTENT_TYPES, type CallbackFormat } from '../domain/callbacks/octopush-callback.ts';
import { readRetryAfter } from '../domain/callbacks/retry-schedule.ts';
import { createConnections, type Connection } from './connections.ts';
import type { Phases } from './connect.ts';
import type { Guard } from './guard.ts';
import { AttemptFault, classOfStatus, readFault, type AttemptClass } from './outcome.ts';
import { sign } from './signature.ts';

/** Result of one POST. `error` is for the operator. */
export type AttemptResult = {
  ok: boolean;
  class: AttemptClass;
  status: number | null;
  /**
   * Milliseconds. Each phase alone, null if it did not happen or the connection was reused; first byte and total from the start.
   */
  timings: Phases & { firstByteMs: number | null; totalMs: number | null };
  remoteAddress: string | null;
  responseHeaders: Record<string, string> | null;
  bodyExcerpt: string | null;
  retryAfterMs: number | null;
  error: string | null;
};

export type Post = { url: string; headers: Record<string, string>; body: string; timeoutMs: number };
export type Poster = { post(post: Post): Promise<AttemptResult>; close(): Promise<void> };

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
const LONGEST_HEADER = 1000;

/** Headers of one attempt. `id` and `body` stay the same; time and signature change. */
export function callbackHeaders(call: {
  /** The live ones: two during a rotation. */
  secrets: string[];
  id: string;
  deliveryId: string;
  attempt: number;
  trigger: 'auto' | 'manual' | 'replay' | 'test';
  format: CallbackFormat;
  outOfOrder?: boolean;
  body: string;
  now: Date;
  trace?: { traceparent?: string; 'x-request-id'?: string };
}): Record<string, string> {
  const timestamp = Math.floor(call.now.getTime() / 1000);
  return {
    'content-type': CONTENT_TYPES[call.format],
    'user-agent': `aller-retour-callback/${manifest.version}`,
    'webhook-id': call.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign(call.secrets, call.id, timestamp, call.body),
    'x-attempt': String(call.attempt),
    'x-delivery-id': call.deliveryId,
    'x-trigger': call.trigger,
    ...(call.outOfOrder === true ? { 'x-order': 'late' } : {}),
    ...call.trace,
  };
}

/**
 * Posts to customers' addresses over checked connections (connect.ts). No redirects: a 301 would turn the POST into an empty GET.
 * Ends at `timeoutMs`, body included. Never throws. `ca` replaces the machine's certificate authorities.
 */
export function createPoster({ guard, ca }: { guard: Guard; ca?: string }): Poster {
  const connections = createConnections({ guard, ca });

  async function attempt({ url, headers, body, timeoutMs }: Post, result: AttemptResult, begun: number): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    const read = guard.read(url);
    if (!read.ok) throw new AttemptFault('egress_blocked', read.reason);
    const connection = await connections.take(read.target, signal, result.timings);
    result.remoteAddress = connection.remoteAddress;
    try {
      const response = await connection.client.request({
        path: pathOf(read.target.url, url),
        method: 'POST',
        headers,
        body,
        signal,
      });
      result.timings.firstByteMs = since(begun);
      Object.assign(result, readHead(response.statusCode, response.headers));
      // The head decides; a failing body changes nothing.
      const taken = await readSome(response.body);
      result.bodyExcerpt = taken.excerpt;
      if (taken.fault) result.error = [result.error, taken.fault].filter((part) => part !== null).join('; ');
      endConnection(connection, taken.whole);
    } catch (error) {
      endConnection(connection, false);
      throw error;
    }
  }

  return {
    async close() {
      connections.close();
    },
    async post(post) {
      const begun = performance.now();
      const result: AttemptResult = {
        ok: false,
        class: 'reset',
        status: null,
        timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: null },
        remoteAddress: null,
        responseHeaders: null,
        bodyExcerpt: null,
        retryAfterMs: null,
        error: null,
      };
      await attempt(post, result, begun).catch((error: unknown) => Object.assign(result, readFault(error)));
      result.timings.totalMs = since(begun);
      return result;
    },
  };
}

/** Keeps the query as written, which receivers may compare, and escapes spaces; a URL parser would rewrite characters. */
function pathOf({ pathname }: URL, text: string): string {
  const at = text.indexOf('?');
  const query = at < 0 ? '' : text.slice(at).replace(/ +$/, '').replaceAll(' ', '%20');
  // The client writes one byte per character.
  return pathname + Buffer.from(query).toString('latin1');
}

const since = (begun: number): number => Math.round((performance.now() - begun) * 10) / 10;

const endConnection = (connection: Connection, reusable: boolean): void => (reusable ? connection.release() : connection.close());

type Head = Pick<AttemptResult, 'ok' | 'class' | 'status' | 'responseHeaders' | 'retryAfterMs' | 'error'>;

function readHead(status: number, headers: Record<string, string | string[] | undefined>): Head {
  const kept = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) =>
      headers[name] === undefined ? [] : [[name, String(headers[name]).slice(0, LONGEST_HEADER)] as const],
    ),
  );
  const kind = classOfStatus(status);
  const pointing = kept['location'] === undefined ? '' : `, pointing to ${kept['location']}`;
  return {
    ok: kind === 'ok',
    class: kind,
    status,
    responseHeaders: kept,
    retryAfterMs: readRetryAfter(kept['retry-after'], new Date()),
    error: kind === 'ok' ? null : `answered ${status}${pointing}`,
  };
}

type Taken = { excerpt: string; whole: boolean; fault: string | null };

/** Reads up to a limit: a receiver may send without end. Never throws. */
async function readSome(
  stream: AsyncIterable<Uint8Array> & { on(event: 'error', listener: () => void): unknown },
): Promise<Taken> {
  // Leaving the loop early destroys the stream with an error.
  stream.on('error', () => {});
  const chunks: Uint8Array[] = [];
  let length = 0;
  const taken = (whole: boolean, fault: string | null): Taken => ({ excerpt: excerptOf(chunks), whole, fault });
  try {
    for await (const chunk of stream) {
      if (length < KEEP_AT_MOST) chunks.push(chunk);
      length += chunk.length;
      if (length >= READ_AT_MOST) return taken(false, `the body was read up to ${READ_AT_MOST} bytes`);
    }
    return taken(true, null);
  } catch (error) {
    return taken(false, `the body broke off: ${readFault(error).error}`);
  }
}

/** Text for PostgreSQL; a cut last character is dropped. */
const excerptOf = (chunks: Uint8Array[]): string =>
  new TextDecoder().decode(Buffer.concat(chunks).subarray(0, KEEP_AT_MOST), { stream: true }).replaceAll('\u0000', '\uFFFD');
