import { z } from 'zod';
import { calling } from '../http/settings.ts';
import { address, basic, defineProvider, formCall, question, secret } from './provider.ts';
import { forgedSecret, formOf, receiptOf, replyOf } from './reading.ts';

// Sources, 2026-11-30: 46elks.com/docs (send-sms, receive-sms, sms-delivery-reports). Signs nothing: the secret is in the address.

const settings = z.strictObject({
  username: z.string().min(1),
  password: secret,
  webhookSecret: secret,
  baseUrl: address.default('https://api.46elks.com/a1'),
  ...calling,
});
type Settings = z.infer<typeof settings>;

const login = ({ username, password }: Settings) => ({ authorization: basic(username, password) });

export const elks46 = defineProvider({
  name: '46elks',
  settings,
  call: ({ to, from, text }, given, webhookUrl) =>
    formCall(`${given.baseUrl}/sms`, login(given), {
      to,
      from,
      message: text,
      whendelivered: webhookUrl === null ? undefined : `${webhookUrl}?secret=${encodeURIComponent(given.webhookSecret)}`,
    }),
  answer: { reference: 'id', code: 'status', accepted: ['created', 'sent', 'delivered'], outcomes: {} },
  check: (given) => question(`${given.baseUrl}/me`, login(given)),
  secretInAddress: true,
  forgery: ({ webhookSecret }, request) => forgedSecret(webhookSecret, request),
  read(request) {
    const form = formOf(request);
    if (form['direction'] === 'incoming') {
      const paths = { id: 'id', from: 'from', to: 'to', text: 'message', at: 'created' };
      const reply = replyOf(form, paths, request.receivedAt);
      return reply && { replies: [reply], receipts: [] };
    }
    if (form['status'] === undefined) return null;
    const paths = { reference: 'id', status: 'status', error: 'error', at: 'delivered' };
    return { replies: [], ...receiptOf(form, paths, STATUSES, request.receivedAt) };
  },
});

const STATUSES = { created: null, sent: 'accepted', delivered: 'delivered', failed: 'undelivered' } as const;
