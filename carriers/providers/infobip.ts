import { z } from 'zod';
import { readJson } from '../http/answer.ts';
import { calling } from '../http/settings.ts';
import { at, textAt } from '../http/template.ts';
import { address, defineProvider, jsonCall, question, secret } from './provider.ts';
import { forgedSecret, receiptOf, replyOf } from './reading.ts';

// Sources, 2026-11-30: infobip.com/docs/api/channels/sms (send, v3; outbound reports; inbound messages, MO_JSON_2).
// Unverified: whether Basic credentials in a notification address are sent.

const settings = z.strictObject({
  /** The account's own, as https://abc123.api.infobip.com. */
  baseUrl: address,
  apiKey: secret,
  webhookSecret: secret,
  ...calling,
});
type Settings = z.infer<typeof settings>;

const login = ({ apiKey }: Settings) => ({ authorization: `App ${apiKey}`, accept: 'application/json' });
const digits = (number: string): string => number.replace(/^\+/, '');

export const infobip = defineProvider({
  name: 'infobip',
  unverified: ['unverified.infobip'],
  settings,
  call: ({ id, to, from, text }, given, webhookUrl) =>
    jsonCall(`${given.baseUrl}/sms/3/messages`, login(given), {
      messages: [
        {
          sender: digits(from),
          destinations: [{ to: digits(to), messageId: id }],
          content: { text },
          ...(webhookUrl === null
            ? {}
            : {
                webhooks: {
                  delivery: { url: `${webhookUrl}?secret=${encodeURIComponent(given.webhookSecret)}` },
                  contentType: 'application/json',
                },
              }),
        },
      ],
    }),
  answer: {
    reference: 'messages.0.messageId',
    code: 'messages.0.status.groupName',
    accepted: ['PENDING', 'ACCEPTED', 'DELIVERED'],
    outcomes: {},
  },
  check: (given) => question(`${given.baseUrl}/account/1/balance`, login(given)),
  secretInAddress: true,
  forgery: ({ webhookSecret }, request) => forgedSecret(webhookSecret, request),
  read(request) {
    const items = at(readJson(new TextDecoder().decode(request.body)), 'results');
    if (!Array.isArray(items)) return null;
    const told = items.filter((item) => textAt(item, 'status.groupName') !== undefined);
    const paths = {
      reference: 'messageId',
      messageId: 'messageId',
      status: 'status.groupName',
      error: 'error.name',
      at: 'doneAt',
    };
    const written = { id: 'messageId', from: 'from', to: 'to', text: 'text', at: 'receivedAt' };
    const replies = items.filter((item) => !told.includes(item)).map((item) => replyOf(item, written, request.receivedAt));
    if (replies.includes(null)) return null;
    const read = told.map((item) => receiptOf(item, paths, STATUSES, request.receivedAt));
    return {
      replies: replies.filter((reply) => reply !== null),
      receipts: read.flatMap(({ receipts }) => receipts),
      odd: read.flatMap(({ odd }) => odd),
    };
  },
});

const STATUSES = {
  ACCEPTED: null,
  PENDING: null,
  DELIVERED: 'delivered',
  UNDELIVERABLE: 'undelivered',
  REJECTED: 'undelivered',
  EXPIRED: 'expired',
} as const;
