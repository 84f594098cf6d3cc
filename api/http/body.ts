import { IncomingMessage } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, type Fault } from '../../domain/problems/said.ts';
import type { ApiEnv } from '../services.ts';

const MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i;
/** An escape that may stand for U+0000 or half a surrogate pair. */
const SUSPECT = /\\u(?:0000|d[89a-f])/i;
const MOST_FAULTS = 1000;

/** Of a refused body so much is still read, for so long: the server closes the connection of a sender that is not through. */
const [MOST_DISCARDED_BYTES, DISCARD_MS] = [64 * 1_048_576, 30_000];

async function discardBody(c: Context): Promise<void> {
  const incoming: unknown = c.env?.incoming;
  const { body } = c.req.raw;
  if (!body || !(incoming instanceof IncomingMessage)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, DISCARD_MS);
  let bytes = 0;
  const discard = (chunk: Uint8Array): void => {
    bytes += chunk.length;
    if (bytes > MOST_DISCARDED_BYTES) resolve();
  };
  if (!body.locked) {
    body.pipeTo(new WritableStream({ write: discard })).then(resolve, () => resolve());
  } else {
    // Read in part, by a reader that reads no more.
    incoming.removeAllListeners('data');
    incoming.on('data', discard);
    incoming.once('end', resolve);
    incoming.once('close', resolve);
    incoming.resume();
    if (incoming.readableEnded) resolve();
  }
  await promise;
  clearTimeout(timer);
}

/** Refuses bodies over `maxSize` bytes, once the sender is through and reads the answer. */
export const limitBody = (maxSize: number, refuse?: (c: Context) => Response): MiddlewareHandler =>
  bodyLimit({
    maxSize,
    async onError(c) {
      await discardBody(c);
      if (refuse) return refuse(c);
      throw new AppError('body-too-large', null, [fault('body', 'body-too-large', { n: String(maxSize) })]);
    },
  });

/** Deeper than any valid body. */
const MOST_DEPTH = 100;

/**
 * Finds text that PostgreSQL can't store and no phone shows: U+0000 and half surrogate pairs. Iterative, since bodies may be
 * deep.
 */
function findUnstorable(value: unknown): Fault[] {
  const faults: Fault[] = [];
  const report = (found: Fault, row: number | undefined) => {
    if (faults.length < MOST_FAULTS) faults.push({ ...found, ...(row === undefined ? {} : { row }) });
  };
  const look = (text: string, field: string, row: number | undefined) => {
    if (text.includes('\0')) report(fault(field, 'nul'), row);
    else if (!text.isWellFormed()) report(fault(field, 'half-pair'), row);
  };
  type Part = { part: unknown; field: string; row: number | undefined; depth: number };
  const left: Part[] = [{ part: value, field: '', row: undefined, depth: 0 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { part, field, row, depth } = next;
    if (typeof part === 'string') look(part, field, row);
    if (typeof part !== 'object' || part === null) continue;
    if (depth === MOST_DEPTH) {
      report(fault(field.slice(0, 100), 'too-deep', { n: MOST_DEPTH }), row);
      break;
    }
    const within: Part[] = Array.isArray(part)
      ? part.map((item: unknown, index) =>
          field === 'recipients'
            ? { part: item, field: '', row: index + 1, depth: depth + 1 }
            : { part: item, field: `${field}[${index}]`, row, depth: depth + 1 },
        )
      : Object.entries(part).map(([key, item]: [string, unknown]) => {
          look(key, field === '' ? 'field name' : field, row);
          return { part: item, field: field === '' ? key : `${field}.${key}`, row, depth: depth + 1 };
        });
    left.push(...within.toReversed());
  }
  return faults;
}

/** A hundred thousand recipients with twenty fields each. */
const MOST_VALUES = 2_000_000;
/** Smaller bodies can't hold more. */
const COUNTED_FROM_BYTES = 1_048_576;
const [QUOTE, BACKSLASH, COMMA] = [34, 92, 44];

/** Counts the values of a long body as it arrives: a few characters may take many times their size in memory. */
async function bodyOf(c: Context): Promise<ArrayBuffer> {
  const { body } = c.req.raw;
  if (!body || Number(c.req.header('content-length') ?? COUNTED_FROM_BYTES) < COUNTED_FROM_BYTES) return c.req.arrayBuffer();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let [values, inText, escaped] = [0, false, false];
  for await (const chunk of body) {
    for (const byte of chunk) {
      if (escaped) escaped = false;
      else if (byte === QUOTE) inText = !inText;
      else if (inText) escaped = byte === BACKSLASH;
      else if (byte === COMMA) values++;
    }
    if (values > MOST_VALUES) throw new AppError('body-too-large', null, [fault('body', 'too-many-values', { n: MOST_VALUES })]);
    chunks.push(chunk);
  }
  const whole = await new Blob(chunks).arrayBuffer();
  // For later readers. Hono caches promises there, whatever its types say.
  Object.assign(c.req.bodyCache, { arrayBuffer: Promise.resolve(whole) });
  return whole;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the route's validation refuses it
  }
};

/** Requires JSON in UTF-8 without characters that can't be stored; refuses anything else by field. */
export const wellFormedBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (/%00/.test(c.req.url)) throw invalidRequest(fault('query', 'nul'));
  if (c.req.method === 'GET' || c.req.method === 'HEAD' || !c.req.raw.body) return next();
  // A file, which its route streams.
  if (c.req.path === '/v1/contacts/import' && !MEDIA_TYPE.test(c.req.header('content-type') ?? '')) return next();
  const bytes = await bodyOf(c);
  if (bytes.byteLength === 0) return next();

  if (!MEDIA_TYPE.test(c.req.header('content-type') ?? '')) throw invalidRequest(fault('content-type', 'json-type'));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidRequest(fault('body', 'not-utf8'));
  }
  if (SUSPECT.test(text)) {
    const faults = findUnstorable(parsed(text));
    if (faults.length > 0) throw invalidRequest(...faults);
  }
  return next();
};
