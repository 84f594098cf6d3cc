import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { OctopushError } from '../octopush/refusals.ts';

export type Parameters = Record<string, string>;

const ofEntries = (entries: Iterable<[string, unknown]>): Parameters =>
  Object.fromEntries([...entries].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Reads a body by its type: a form, one in parts, or JSON. One of JSON that can't be read says nothing. Throws for broken parts. */
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

/** The parameters of a request: of its query and of its body, which wins. */
export async function parametersOf(c: Context): Promise<Parameters> {
  const query = ofEntries(new URL(c.req.url).searchParams);
  return c.req.method === 'GET' ? query : { ...query, ...(await ofBody(c)) };
}

/** Which field each letter of `request_keys` stands for. */
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

/** The SHA-1 of the fields that `keys` name, in their order; those that were not sent are skipped. */
export const requestSha1 = (keys: string, sent: Parameters): string =>
  createHash('sha1')
    .update(Array.from(keys, (key) => sent[SIGNED[key] ?? ''] ?? '').join(''))
    .digest('hex');

/** Throws where a request says that it carries a SHA-1 and has none, or another. */
export function checkSha1(sent: Parameters): void {
  const { request_keys: keys = '', request_sha1: given = '' } = sent;
  if (keys === '') return;
  if (given === '') throw new OctopushError(123);
  if (given.trim().toLowerCase() !== requestSha1(keys, sent)) throw new OctopushError(124);
}
