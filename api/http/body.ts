import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError, type Fault } from '../../domain/problems/errors.ts';
import type { ApiEnv } from '../services.ts';

const MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i;
/** An escape that may stand for U+0000 or for half of a surrogate pair: worth looking at the strings one by one. */
const SUSPECT = /\\u(?:0000|d[89a-f])/i;
const MOST_FAULTS = 1000;

const refuse = (detail: string, fault: Fault): AppError => new AppError('invalid-request', detail, [fault]);

/** A body over the limit is refused while it comes in. */
export const limitBody = (maxSize: number): MiddlewareHandler =>
  bodyLimit({
    maxSize,
    onError() {
      const remedy = `Send at most ${maxSize} bytes; split the list`;
      throw new AppError('body-too-large', 'The body is too large.', [{ field: 'body', problem: 'is too large', remedy }]);
    },
  });

/** Deeper than any body of ours; what a validator would walk in vain. */
const MOST_DEPTH = 100;

/** PostgreSQL holds neither U+0000 nor half a surrogate pair, and no phone shows them. Walks without recursion: a body may be deep. */
function findUnstorable(value: unknown): Fault[] {
  const faults: Fault[] = [];
  const report = (field: string, row: number | undefined, problem: string, remedy = 'Remove the character') => {
    if (faults.length < MOST_FAULTS) faults.push({ field, ...(row === undefined ? {} : { row }), problem, remedy });
  };
  const look = (text: string, field: string, row: number | undefined) => {
    if (text.includes('\0')) report(field, row, 'contains the character U+0000');
    else if (!text.isWellFormed()) report(field, row, 'contains half of a surrogate pair');
  };
  type Part = { part: unknown; field: string; row: number | undefined; depth: number };
  const left: Part[] = [{ part: value, field: '', row: undefined, depth: 0 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { part, field, row, depth } = next;
    if (typeof part === 'string') look(part, field, row);
    if (typeof part !== 'object' || part === null) continue;
    if (depth === MOST_DEPTH) {
      report(field.slice(0, 100), row, 'is nested too deeply', `Nest ${MOST_DEPTH} levels at most`);
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

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the route's own validation says so
  }
};

/** What comes in is JSON in UTF-8, without characters that can't be stored. Otherwise a named refusal, before anything looks at it. */
export const wellFormedBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (/%00/.test(c.req.url)) {
    const fault = { field: 'query', problem: 'contains the character U+0000', remedy: 'Remove the character' };
    throw refuse('The address is not valid.', fault);
  }
  if (c.req.method === 'GET' || c.req.method === 'HEAD' || !c.req.raw.body) return next();
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength === 0) return next();

  if (!MEDIA_TYPE.test(c.req.header('content-type') ?? '')) {
    const fault = { field: 'content-type', problem: 'is not JSON', remedy: 'Send Content-Type: application/json' };
    throw refuse('The body must be JSON.', fault);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const fault = { field: 'body', problem: 'is not valid UTF-8', remedy: 'Encode the body as UTF-8' };
    throw refuse('The body is not valid UTF-8.', fault);
  }
  if (SUSPECT.test(text)) {
    const faults = findUnstorable(parsed(text));
    if (faults.length > 0) throw new AppError('invalid-request', 'Some characters can not be stored.', faults);
  }
  return next();
};
