import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { calling } from '../http/settings.ts';
import { same } from '../http/webhook.ts';
import { address, basic, defineProvider, formCall, question, secret } from './provider.ts';
import { formOf, receiptOf, replyOf } from './reading.ts';

// Sources, 2026-11-30: twilio.com/docs/messaging/api/message-resource, /docs/usage/webhooks/webhooks-security, /docs/api/errors;
// npm twilio 6.3.1, which computes the same signature.

const settings = z.strictObject({
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/i),
  /** Signs Twilio's requests, whatever signs our calls. */
  authToken: secret,
  /** API key and secret, if calls do not use the auth token. */
  apiKey: z.string().optional(),
  apiSecret: secret.optional(),
  baseUrl: address.default('https://api.twilio.com'),
  ...calling,
});
type Settings = z.infer<typeof settings>;

const login = ({ accountSid, authToken, apiKey, apiSecret }: Settings) => ({
  authorization: apiKey !== undefined && apiSecret !== undefined ? basic(apiKey, apiSecret) : basic(accountSid, authToken),
});
const account = ({ baseUrl, accountSid }: Settings): string => `${baseUrl}/2010-04-01/Accounts/${accountSid}`;

export const twilio = defineProvider({
  name: 'twilio',
  settings,
  call: ({ to, from, text }, given, webhookUrl) =>
    formCall(`${account(given)}/Messages.json`, login(given), {
      To: to,
      From: from,
      Body: text,
      StatusCallback: webhookUrl ?? undefined,
    }),
  // 20429: too many requests; 63038: daily limit reached.
  answer: { reference: 'sid', code: 'code', outcomes: { 20429: 'throttled', 63038: 'unsent' } },
  check: (given) => question(`${account(given)}.json`, login(given)),
  /** HMAC-SHA1 of the address followed by the sorted fields, name and value. */
  forgery({ authToken }, request) {
    const fields = Object.entries(formOf(request)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const signed = request.url + fields.map(([name, value]) => name + value).join('');
    const expected = createHmac('sha1', authToken).update(signed).digest('base64');
    return same(request.headers['x-twilio-signature'], expected) ? null : 'the signature is wrong';
  },
  read(request) {
    const form = formOf(request);
    if (form['MessageStatus'] === undefined) {
      const reply = replyOf(form, { id: 'MessageSid', from: 'From', to: 'To', text: 'Body' }, request.receivedAt);
      return reply && { replies: [reply], receipts: [] };
    }
    const paths = { reference: 'MessageSid', status: 'MessageStatus', error: 'ErrorCode' };
    return { replies: [], ...receiptOf(form, paths, STATUSES, request.receivedAt) };
  },
});

const STATUSES = {
  accepted: null,
  scheduled: null,
  queued: null,
  sending: null,
  sent: 'accepted',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
  canceled: 'undelivered',
} as const;
