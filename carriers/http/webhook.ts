import { createHmac, timingSafeEqual } from 'node:crypto';
import { instantOf } from '../../domain/zoned-time.ts';
import type { InboundReceipt, WebhookContent, WebhookReply, WebhookRequest } from '../carrier.ts';
import { readJson } from './answer.ts';
import type { HttpSettings } from './settings.ts';
import { at, fill, textAt } from './template.ts';

type Webhook = NonNullable<HttpSettings['webhook']>;
type When = NonNullable<Webhook['reply']>['when'];

export function parseWebhook({ webhook, webhookSecret }: HttpSettings, request: WebhookRequest): WebhookContent {
  if (!webhook || webhookSecret === undefined) return { kind: 'forged', reason: 'no webhooks are agreed with this carrier' };
  const forged = forgery(webhook.signature, webhookSecret, request);
  if (forged !== null) return { kind: 'forged', reason: forged };
  const document = read(webhook.format, request);
  const list = webhook.list === undefined ? [document] : at(document, webhook.list);
  if (document === undefined || !Array.isArray(list))
    return { kind: 'unreadable', reason: `not ${webhook.format} of the form agreed` };

  const replies: WebhookReply[] = [];
  const receipts: InboundReceipt[] = [];
  for (const item of list) {
    const { reply, receipt } = readItem(webhook, item, request);
    // An item without `when` may lack the other kind's fields.
    if ((reply === undefined && !receipt) || (receipt === undefined && !reply))
      return { kind: 'unreadable', reason: 'a field that was agreed is missing' };
    if (reply) replies.push(reply);
    if (receipt) receipts.push(receipt);
  }
  return { kind: 'content', replies, receipts, release: 'now' };
}

/** Null: not such an item. Undefined: one with a field missing. */
function readItem({ reply, receipt, timeZone }: Webhook, item: unknown, request: WebhookRequest) {
  return {
    reply: reply && applies(reply.when, item, request) ? replyOf(reply, item, timeZone, request) : null,
    receipt: receipt && applies(receipt.when, item, request) ? receiptOf(receipt, item, timeZone, request) : null,
  };
}

/** Why the request is not the carrier's; null when it is. */
function forgery(signature: Webhook['signature'], secret: string, request: WebhookRequest): string | null {
  switch (signature.kind) {
    case 'header':
      return same(request.headers[signature.header.toLowerCase()], secret) ? null : 'the secret is wrong';
    case 'query':
      return same(request.query[signature.parameter], secret) ? null : 'the secret is wrong';
    case 'basic': {
      const expected = Buffer.from(`${signature.username}:${secret}`).toString('base64');
      return same(request.headers['authorization'], `Basic ${expected}`) ? null : 'the secret is wrong';
    }
    case 'hmac-sha256':
    case 'hmac-sha1': {
      const timestamp = signature.timestampHeader && request.headers[signature.timestampHeader.toLowerCase()];
      if (signature.timestampHeader !== undefined) {
        const seconds = Number(timestamp);
        const away = Math.abs(request.receivedAt.getTime() / 1000 - (seconds > 1e11 ? seconds / 1000 : seconds));
        if (!(away <= signature.toleranceSeconds)) return 'the signed time is missing or too far away';
      }
      // Signatures cover octets: Latin-1 keeps each.
      const body = Buffer.from(request.body).toString('latin1');
      const content = fill(signature.content, { body, timestamp: timestamp ?? '', url: request.url });
      const expected = createHmac(signature.kind.slice('hmac-'.length), secret)
        .update(Buffer.from(content, 'latin1'))
        .digest(signature.encoding);
      return same(request.headers[signature.header.toLowerCase()], `${signature.prefix}${expected}`)
        ? null
        : 'the signature is wrong';
    }
    default:
      return signature satisfies never;
  }
}

export function same(given: string | undefined, expected: string): boolean {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function read(format: Webhook['format'], request: WebhookRequest): unknown {
  if (format === 'query') return request.query;
  const text = new TextDecoder().decode(request.body);
  return format === 'form' ? Object.fromEntries(new URLSearchParams(text)) : readJson(text);
}

function applies(when: When, item: unknown, { query }: WebhookRequest): boolean {
  if (when === undefined) return true;
  const value = when.query === undefined ? textAt(item, when.path) : query[when.query];
  if (when.exists !== undefined) return (value !== undefined) === when.exists;
  return value !== undefined && (when.oneOf ?? [when.equals]).includes(value);
}

/** Undefined when a field is missing. An empty text is a text. */
function replyOf(
  paths: NonNullable<Webhook['reply']>,
  item: unknown,
  timeZone: string,
  { receivedAt }: WebhookRequest,
): WebhookReply | undefined {
  const [from, to, text] = [textAt(item, paths.from), textAt(item, paths.to), at(item, paths.text)];
  const externalId = textAt(item, paths.id);
  if (from === undefined || to === undefined || typeof text !== 'string') return undefined;
  if (paths.id !== undefined && externalId === undefined) return undefined;
  const told = timeOf(textAt(item, paths.at), timeZone);
  return {
    externalId: externalId ?? null,
    from,
    to,
    body: Buffer.from(text),
    encoding: 'utf8',
    receivedAt: told ?? receivedAt,
    precision: told ? 'second' : 'ours',
  };
}

/** Null for a word that is not listed. */
function receiptOf(
  paths: NonNullable<Webhook['receipt']>,
  item: unknown,
  timeZone: string,
  { receivedAt }: WebhookRequest,
): InboundReceipt | null | undefined {
  const [reference, word] = [textAt(item, paths.reference), textAt(item, paths.status)];
  if (reference === undefined || word === undefined) return undefined;
  const status = Object.hasOwn(paths.statuses, word) ? paths.statuses[word] : undefined;
  if (status === undefined) return null;
  const messageId = textAt(item, paths.messageId);
  return {
    reference,
    messageId: messageId !== undefined && UUID.test(messageId) ? messageId : null,
    from: textAt(item, paths.from) ?? '',
    to: textAt(item, paths.to) ?? '',
    status,
    error: textAt(item, paths.error) ?? null,
    at: timeOf(textAt(item, paths.at), timeZone) ?? receivedAt,
  };
}

export const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)?$/;

/** ISO 8601, or seconds or milliseconds since 1970; else null. */
export function timeOf(text: string | undefined, timeZone: string): Date | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (/^\d{9,14}$/.test(text)) return new Date(number > 1e11 ? number : number * 1000);
  const local = LOCAL.exec(text);
  if (local) {
    const [year = 0, month = 1, day = 0, hour = 0, minute = 0, second = 0] = local.slice(1).map(Number);
    return instantOf(Date.UTC(year, month - 1, day, hour, minute, second), timeZone);
  }
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? null : time;
}
