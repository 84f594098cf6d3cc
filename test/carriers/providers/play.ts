import { createHash, createHmac, randomUUID } from 'node:crypto';
import { Hono, type Context } from 'hono';
import type { Carrier, WebhookRequest } from '../../../carriers/carrier.ts';
import { elks46 } from '../../../carriers/providers/46elks.ts';
import { infobip } from '../../../carriers/providers/infobip.ts';
import { ovhcloud } from '../../../carriers/providers/ovhcloud.ts';
import { twilio } from '../../../carriers/providers/twilio.ts';
import { vonage } from '../../../carriers/providers/vonage.ts';
import { freePort } from '../../../dev/launchers/ports.ts';
import { serveOnLoopback } from '../../../dev/simulator/http.ts';
import type { Sms } from '../conformance.ts';

export const SECRET = 'sec-91b3d2';
export const WEBHOOK_SECRET = 'whs-5ec0ffee';
/** Where the provider believes us to be. */
export const OURS = 'https://sms.example.com/webhooks/0197e7b8-0000-7000-8000-000000000001';
const BASIC = (user: string) => `Basic ${Buffer.from(`${user}:${SECRET}`).toString('base64')}`;
const ACCOUNT = `AC${'0123456789abcdef'.repeat(2)}`;

type Asked = { method: string; url: string; headers: Record<string, string>; body: string };
type Answer = { status: 200 | 201 | 202 | 400 | 401 | 403 | 429; document: unknown };

/** One provider as its documentation tells it: what it takes, what it answers, what it sends and how it signs that. */
export type Play = {
  carrier: Carrier;
  settings(url: string): Record<string, unknown>;
  wrongLogin: Record<string, unknown>;
  letsIn(asked: Asked): boolean;
  read(asked: Asked): Sms;
  accepted(id: string): Answer;
  rejected: Answer;
  busy: Answer;
  ids(): string;
  reply(sms: Sms & { id: string }): WebhookRequest;
  receipt(reference: string, status: string): WebhookRequest;
  statuses: Record<string, string | null>;
};

const plus = (number: string): string => (/^\d{8,}$/.test(number) ? `+${number}` : number);
const bare = (number: string): string => number.replace(/^\+/, '');
const form = (body: string): Record<string, string> => Object.fromEntries(new URLSearchParams(body));
const at = (document: unknown, ...path: (string | number)[]): string =>
  String(path.reduce<unknown>((here, step) => Object(here)[step], document));

const request = (body: string, headers: Record<string, string>, query: Record<string, string> = {}): WebhookRequest => ({
  method: 'POST',
  url: OURS,
  query,
  headers,
  body: Buffer.from(body),
  receivedAt: new Date(),
});

/** Signed as Twilio signs: the address and the sorted fields. */
export function fromTwilio(fields: Record<string, string>, token = SECRET, url = OURS): WebhookRequest {
  const signed = Object.keys(fields)
    .toSorted()
    .reduce((text, name) => text + name + fields[name], url);
  const signature = createHmac('sha1', token).update(Buffer.from(signed)).digest('base64');
  return request(new URLSearchParams(fields).toString(), { 'x-twilio-signature': signature });
}

/** Signed as Vonage signs: a JWT with the hash of the body. */
export function fromVonage(
  document: unknown,
  { secret = WEBHOOK_SECRET, issuedAt = Date.now(), claims = {} } = {},
): WebhookRequest {
  const body = JSON.stringify(document);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const hash = createHash('sha256').update(body).digest('hex');
  const said = {
    iat: Math.floor(issuedAt / 1000),
    jti: randomUUID(),
    iss: 'Vonage',
    payload_hash: hash,
    api_key: 'abcd1234',
    ...claims,
  };
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(said)}`;
  const token = `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
  return request(body, { authorization: `Bearer ${token}`, 'content-type': 'application/json' });
}

const withSecret = (body: string): WebhookRequest => request(body, {}, { secret: WEBHOOK_SECRET });
const fromInfobip = (item: unknown): WebhookRequest => withSecret(JSON.stringify({ results: [item] }));
const from46elks = (fields: Record<string, string>): WebhookRequest => withSecret(new URLSearchParams(fields).toString());

export const PLAYS: Record<string, Play> = {
  twilio: {
    carrier: twilio,
    settings: (baseUrl) => ({ accountSid: ACCOUNT, authToken: SECRET, baseUrl }),
    wrongLogin: { authToken: 'wrong-55' },
    letsIn: ({ headers }) => headers['authorization'] === BASIC(ACCOUNT),
    read({ body }) {
      const { To: to = '', From: from = '', Body: text = '' } = form(body);
      return { to, from, text };
    },
    ids: () => `SM${randomUUID().replaceAll('-', '')}`,
    accepted: (sid) => ({ status: 201, document: { sid, status: 'queued', error_code: null } }),
    rejected: { status: 400, document: { code: 21211, message: 'not valid', status: 400 } },
    busy: { status: 429, document: { code: 20429, message: 'slow down', status: 429 } },
    reply: ({ id, from, to, text }) =>
      fromTwilio({ MessageSid: id, SmsStatus: 'received', From: from, To: to, Body: text, NumMedia: '0' }),
    receipt: (MessageSid, MessageStatus) => fromTwilio({ MessageSid, MessageStatus, ErrorCode: '30003', To: '+33612345678' }),
    statuses: {
      queued: null,
      sending: null,
      sent: 'accepted',
      delivered: 'delivered',
      undelivered: 'undelivered',
      failed: 'undelivered',
      odd: null,
    },
  },
  vonage: {
    carrier: vonage,
    settings: (baseUrl) => ({ apiKey: 'abcd1234', apiSecret: SECRET, signatureSecret: WEBHOOK_SECRET, baseUrl }),
    wrongLogin: { apiSecret: 'wrong-55' },
    letsIn: ({ headers }) => headers['authorization'] === BASIC('abcd1234'),
    read({ body }) {
      const { to, from, text } = JSON.parse(body);
      return { to: plus(to), from: plus(from), text };
    },
    ids: randomUUID,
    accepted: (id) => ({ status: 202, document: { message_uuid: id } }),
    rejected: { status: 400, document: { type: 'about:blank', title: 'Invalid params', detail: 'no' } },
    busy: { status: 429, document: { title: 'Rate Limit Hit' } },
    reply: ({ id, from, to, text }) =>
      fromVonage({
        channel: 'sms',
        message_type: 'text',
        message_uuid: id,
        from: bare(from),
        to: bare(to),
        text,
        timestamp: new Date().toISOString(),
      }),
    receipt: (id, status) =>
      fromVonage({ channel: 'sms', message_uuid: id, status, error: { title: '1260' }, timestamp: new Date().toISOString() }),
    statuses: { submitted: 'accepted', delivered: 'delivered', rejected: 'undelivered', undeliverable: 'undelivered', odd: null },
  },
  infobip: {
    carrier: infobip,
    settings: (baseUrl) => ({ baseUrl, apiKey: SECRET, webhookSecret: WEBHOOK_SECRET }),
    wrongLogin: { apiKey: 'wrong-55' },
    letsIn: ({ headers }) => headers['authorization'] === `App ${SECRET}`,
    read({ body }) {
      const [message] = JSON.parse(body).messages;
      return {
        to: plus(at(message, 'destinations', 0, 'to')),
        from: plus(at(message, 'sender')),
        text: at(message, 'content', 'text'),
      };
    },
    ids: randomUUID,
    accepted: (id) => ({
      status: 200,
      document: {
        bulkId: '1',
        messages: [{ messageId: id, status: { groupId: 1, groupName: 'PENDING', id: 26 }, destination: '' }],
      },
    }),
    rejected: {
      status: 200,
      document: { messages: [{ messageId: 'x', status: { groupId: 5, groupName: 'REJECTED', id: 52 } }] },
    },
    busy: { status: 429, document: { requestError: {} } },
    reply: ({ id, from, to, text }) =>
      fromInfobip({
        messageId: id,
        from: bare(from),
        to: bare(to),
        text,
        cleanText: text,
        receivedAt: '2026-11-30T09:00:00.000+0100',
      }),
    receipt: (messageId, groupName) =>
      fromInfobip({ messageId, status: { groupName }, error: { name: 'EC_ABSENT' }, doneAt: '2026-11-30T09:00:00.000+0100' }),
    statuses: {
      PENDING: null,
      DELIVERED: 'delivered',
      UNDELIVERABLE: 'undelivered',
      REJECTED: 'undelivered',
      EXPIRED: 'expired',
      ODD: null,
    },
  },
  '46elks': {
    carrier: elks46,
    settings: (baseUrl) => ({ username: 'u123', password: SECRET, webhookSecret: WEBHOOK_SECRET, baseUrl }),
    wrongLogin: { password: 'wrong-55' },
    letsIn: ({ headers }) => headers['authorization'] === BASIC('u123'),
    read({ body }) {
      const { to = '', from = '', message: text = '' } = form(body);
      return { to, from, text };
    },
    ids: () => `s${randomUUID().replaceAll('-', '')}`,
    accepted: (id) => ({ status: 200, document: { id, status: 'created', direction: 'outgoing' } }),
    rejected: { status: 400, document: 'Invalid to number' },
    busy: { status: 429, document: 'slow down' },
    reply: ({ id, from, to, text }) =>
      from46elks({ direction: 'incoming', id, from, to, message: text, created: '2026-11-30T08:00:00.123456' }),
    receipt: (id, status) =>
      from46elks({ id, status, ...(status === 'delivered' ? { delivered: '2026-11-30T08:00:00.123456' } : {}) }),
    statuses: { sent: 'accepted', delivered: 'delivered', failed: 'undelivered', odd: null },
  },
};

const OVH = {
  applicationKey: 'app-1',
  applicationSecret: SECRET,
  consumerKey: 'con-1',
  serviceName: 'sms-ab1-1',
  replyNumber: '36105',
};
export const ovhSettings = (baseUrl: string): Record<string, unknown> => ({ ...OVH, baseUrl, askEverySeconds: 1 });

export const ovhPlay: Omit<Play, 'reply' | 'receipt' | 'statuses'> = {
  carrier: ovhcloud,
  settings: ovhSettings,
  wrongLogin: { applicationSecret: 'wrong-55' },
  letsIn({ method, url, headers, body }) {
    const signed = [SECRET, OVH.consumerKey, method, url, body, headers['x-ovh-timestamp']].join('+');
    return headers['x-ovh-signature'] === `$1$${createHash('sha1').update(signed).digest('hex')}`;
  },
  read({ body }) {
    const { receivers, sender, senderForResponse, message } = JSON.parse(body);
    return { to: receivers[0], from: senderForResponse ? OVH.replyNumber : sender, text: message };
  },
  ids: () => String(Math.floor(Math.random() * 1e12)),
  accepted: (id) => ({
    status: 200,
    document: { ids: [Number(id)], invalidReceivers: [], validReceivers: [], totalCreditsRemoved: 1 },
  }),
  rejected: {
    status: 200,
    document: { ids: [], invalidReceivers: ['+33600000000'], validReceivers: [], totalCreditsRemoved: 0 },
  },
  busy: { status: 429, document: { message: 'slow down' } },
};

export type Fault = 'busy' | 'rejected' | 'garbage' | 'cut' | 'hang';

/** The provider's API on loopback. `gets`: what it answers when it is asked, by the end of the path. */
export async function startProvider(
  play: Omit<Play, 'reply' | 'receipt' | 'statuses'>,
  { port = 0, gets = new Map<string, unknown>() } = {},
) {
  let fault: Fault | null = null;
  let open = Promise.withResolvers<void>();
  open.resolve();
  const hanging = Promise.withResolvers<void>();
  const taken: Sms[] = [];
  const ids: string[] = [];
  let refusals = 0;

  async function take(c: Context): Promise<Response> {
    const failing = fault;
    fault = null;
    const asked = { method: c.req.method, url: c.req.url, headers: c.req.header(), body: await c.req.text() };
    if (!play.letsIn(asked)) {
      refusals++;
      return c.json({ message: 'who are you' }, 401);
    }
    if (asked.method === 'GET') {
      const known = [...gets].find(([end]) => new URL(asked.url).pathname.endsWith(end));
      return known || asked.url.endsWith(OVH.serviceName) || !asked.url.includes('/sms/')
        ? c.json(known?.[1] ?? {})
        : c.json({}, 404);
    }
    if (failing === 'busy' || failing === 'rejected') {
      const { status, document } = play[failing];
      return typeof document === 'string' ? c.text(document, status) : c.json(Object(document), status);
    }
    taken.push(play.read(asked));
    if (failing === 'garbage') return c.text('<html>Thank you!');
    if (failing === 'hang') await hanging.promise;
    if (failing === 'cut') return c.body(new ReadableStream({ start: (controller) => controller.error('cut') }), 200);
    const id = play.ids();
    ids.push(id);
    gets.set(`/outgoing/${id}`, { id: Number(id), deliveryReceipt: 1, ptt: 5 });
    await open.promise;
    const { status, document } = play.accepted(id);
    return c.json(Object(document), status);
  }

  const app = new Hono();
  app.all('*', (c) => take(c));
  const server = await serveOnLoopback(app, port === 0 ? await freePort() : port);
  return {
    url: server.url,
    port: server.port,
    taken,
    ids,
    gets,
    refusals: () => refusals,
    fail: (what: Fault) => void (fault = what),
    withhold(on: boolean) {
      if (on) open = Promise.withResolvers<void>();
      else open.resolve();
    },
    async [Symbol.asyncDispose]() {
      hanging.resolve();
      open.resolve();
      await server.close();
    },
  };
}
