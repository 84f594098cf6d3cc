import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { OctopushError } from '../octopush/refusals.ts';

export type Parameters = Record<string, string>;

const ofEntries = (entries: Iterable<[string, unknown]>): Parameters =>
  Object.fromEntries([...entries].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Reads a form, multipart or JSON body. Unreadable JSON counts as empty; broken multipart throws. */
async function ofBody(c: Context): Promise<Parameters> {
  const type = c.req.header('content-type') ?? '';
  if (/^multipart\/form-data/i.test(type)) {
    const parts = await c.req.formData().catch(() => null);
    if (!parts) throw new OctopushError(100);
    return ofEntries(parts.entries());
  }
  const sent = await c.req.text();
  if (!/json/i.test(type) && !/^\s*[{[]/.test(sent)) return ofEntries(new URLSearchParams(sent));
  try {
    const read: unknown = JSON.parse(sent);
    return isObject(read)
      ? ofEntries(Object.entries(read).map(([name, value]) => [name, isObject(value) ? null : String(value ?? '')]))
      : {};
  } catch {
    return {};
  }
}

/** Query and body parameters; the body wins. */
export async function parametersOf(c: Context): Promise<Parameters> {
  const query = ofEntries(new URL(c.req.url).searchParams);
  return c.req.method === 'GET' ? query : { ...query, ...(await ofBody(c)) };
}

/** The field for each letter of `request_keys`. */
const SIGNED: Record<string, string> = {
  T: 'sms_text',
  R: 'sms_recipients',
  M: 'sms_mode',
  Y: 'sms_type',
  S: 'sms_sender',
  D: 'sms_date',
  a: 'recipients_first_names',
  b: 'recipients_last_names',
  c: 'sms_fields_1',
  d: 'sms_fields_2',
  e: 'sms_fields_3',
  W: 'with_replies',
  N: 'transactional',
  Q: 'request_id',
};

/** SHA-1 of the fields that `keys` name, in order, without missing ones. */
export const requestSha1 = (keys: string, sent: Parameters): string =>
  createHash('sha1')
    .update(Array.from(keys, (key) => sent[SIGNED[key] ?? ''] ?? '').join(''))
    .digest('hex');

/** Throws for a missing or wrong SHA-1 where the request announces one. */
export function checkSha1(sent: Parameters): void {
  const { request_keys: keys = '', request_sha1: given = '' } = sent;
  if (keys === '') return;
  if (given === '') throw new OctopushError(123);
  if (given.trim().toLowerCase() !== requestSha1(keys, sent)) throw new OctopushError(124);
}
