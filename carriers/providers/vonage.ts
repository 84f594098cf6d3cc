import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import type { WebhookRequest } from '../carrier.ts';
import { readJson } from '../http/answer.ts';
import { calling } from '../http/settings.ts';
import { textAt } from '../http/template.ts';
import { same } from '../http/webhook.ts';
import { address, basic, defineProvider, jsonCall, question, secret } from './provider.ts';
import { receiptOf, replyOf } from './reading.ts';

// Sources, 2026-11-30: developer.vonage.com/en/api/messages (v1), /en/getting-started/concepts/webhooks (signed webhooks);
// npm @vonage/jwt 1.17.1, whose verifySignature takes what this accepts. Unverified: 402 is an account without money.

const settings = z.strictObject({
  apiKey: z.string().min(1),
  apiSecret: secret,
  /** The account's "Signature secret": signs Vonage's requests. */
  signatureSecret: secret,
  baseUrl: address.default('https://api.nexmo.com'),
  ...calling,
});
type Settings = z.infer<typeof settings>;

const TOLERANCE_S = 300;
const login = ({ apiKey, apiSecret }: Settings) => ({ authorization: basic(apiKey, apiSecret) });
const digits = (number: string): string => number.replace(/^\+/, '');

export const vonage = defineProvider({
  name: 'vonage',
  unverified: ['unverified.vonage'],
  settings,
  call: ({ id, to, from, text }, given, webhookUrl) =>
    jsonCall(`${given.baseUrl}/v1/messages`, login(given), {
      message_type: 'text',
      channel: 'sms',
      to: digits(to),
      from: digits(from),
      text,
      client_ref: id,
      ...(webhookUrl === null ? {} : { webhook_url: webhookUrl, webhook_version: 'v1' }),
    }),
  answer: { reference: 'message_uuid', code: 'title', outcomes: { 402: 'unsent' } },
  check: (given) => question(`${given.baseUrl}/accounts/${given.apiKey}/secrets`, login(given)),
  forgery: ({ signatureSecret, apiKey }, request) => forgedToken(signatureSecret, apiKey, request),
  read(request) {
    const document = readJson(new TextDecoder().decode(request.body));
    if (textAt(document, 'status') !== undefined) {
      const paths = {
        reference: 'message_uuid',
        messageId: 'client_ref',
        status: 'status',
        error: 'error.title',
        at: 'timestamp',
      };
      return { replies: [], ...receiptOf(document, paths, STATUSES, request.receivedAt) };
    }
    const paths = { id: 'message_uuid', from: 'from', to: 'to', text: 'text', at: 'timestamp' };
    const reply = replyOf(document, paths, request.receivedAt);
    return reply && { replies: [reply], receipts: [] };
  },
});

const STATUSES = {
  submitted: 'accepted',
  delivered: 'delivered',
  read: 'delivered',
  rejected: 'undelivered',
  undeliverable: 'undelivered',
} as const;

/** A JWT signed with HS256, with the body's `payload_hash`. */
function forgedToken(secret: string, apiKey: string, { headers, body, receivedAt }: WebhookRequest): string | null {
  const [, head = '', claims = '', signature = ''] =
    /^Bearer +([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(headers['authorization'] ?? '') ?? [];
  const decoded = (part: string): unknown => readJson(Buffer.from(part, 'base64url').toString());
  if (textAt(decoded(head), 'alg') !== 'HS256') return 'it carries no token signed with HS256';
  const expected = createHmac('sha256', secret).update(`${head}.${claims}`).digest('base64url');
  if (!same(signature, expected)) return 'the signature is wrong';
  const said = decoded(claims);
  const away = Math.abs(receivedAt.getTime() / 1000 - Number(textAt(said, 'iat')));
  if (!(away <= TOLERANCE_S)) return 'the signed time is missing or too far away';
  if (textAt(said, 'api_key') !== apiKey) return 'it is another account’s';
  const hash = createHash('sha256').update(body).digest('hex');
  return same(textAt(said, 'payload_hash'), hash) ? null : 'the body is not what was signed';
}
