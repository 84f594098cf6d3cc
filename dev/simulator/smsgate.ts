import { Hono } from 'hono';
import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { serveOnLoopback } from './http.ts';

/** How the phone fails a call. `cut` and `garbage` take the message first, `hang` never answers. */
export type PhoneFault = 400 | 429 | 'garbage' | 'cut' | 'hang';
export type PhoneSms = { id: string; to: string; text: string; sim: number | null };
/** As the app lists it: with an id made of its content. */
type InboxSms = {
  id: string;
  type: 'SMS';
  sender: string;
  recipient: null;
  simNumber: number;
  contentPreview: string;
  createdAt: string;
};
export type SignedEvent = { body: string; headers: Record<string, string> };
const Question = z.object({
  type: z.literal('SMS'),
  from: z.coerce.date().default(new Date(0)),
  to: z.coerce.date().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  offset: z.coerce.number().int().min(0).default(0),
});
const Call = z.object({
  id: z.string().max(36),
  textMessage: z.object({ text: z.string() }),
  phoneNumbers: z.array(z.string()).length(1),
  simNumber: z.number().optional(),
  withDeliveryReport: z.boolean(),
  ttl: z.number(),
});

export type AndroidPhone = AsyncDisposable & {
  url: string;
  port: number;
  /** How the next call fails. */
  fail(fault: PhoneFault): void;
  /** Answers wait until it is called again with false. */
  withhold(on: boolean): void;
  sent: PhoneSms[];
  /** An SMS arrives: it is in the inbox, and this is the event that the app posts of it. */
  receive(sms: { from: string; text: string; sim?: number; at?: Date }): SignedEvent;
  /** Counts of inbox reads and of calls with a wrong login. */
  asked(): number;
  refusals(): number;
  /** A webhook as the app signs it; `id` is the event's, the same whenever it comes again. */
  event(name: string, payload: object, options?: { id?: string; at?: Date }): SignedEvent;
};

type Options = { port?: number; username: string; password: string; webhookSecret: string };

const newestFirst = (inbox: InboxSms[], { from, to = new Date() }: { from: Date; to?: Date | undefined }): InboxSms[] =>
  inbox
    .filter(({ createdAt }) => new Date(createdAt) >= from && new Date(createdAt) <= to)
    .toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));

/** Signs events as the app does. */
const signer =
  (webhookSecret: string): AndroidPhone['event'] =>
  (name, payload, { id = randomUUID(), at = new Date() } = {}) => {
    const body = JSON.stringify({ deviceId: 'phone-1', event: name, id, payload, webhookId: 'hook-1' });
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const signature = createHmac('sha256', webhookSecret).update(`${body}${timestamp}`).digest('hex');
    return { body, headers: { 'content-type': 'application/json', 'x-timestamp': timestamp, 'x-signature': signature } };
  };

/** A phone with SMSGate on loopback: its API with Basic authentication, ids that are taken once, and signed webhooks. */
export async function startAndroidPhone({ port = 0, username, password, webhookSecret }: Options): Promise<AndroidPhone> {
  let fault: PhoneFault | null = null;
  let open = Promise.withResolvers<void>();
  open.resolve();
  const hanging = Promise.withResolvers<void>();
  const sent: PhoneSms[] = [];
  const inbox: InboxSms[] = [];
  let asked = 0;
  let refusals = 0;
  const login = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

  const app = new Hono();
  app.use('*', async (c, next) => {
    if (c.req.header('authorization') === login) return next();
    if (c.req.header('authorization')) refusals++;
    return c.body('Unauthorized', 401, { 'www-authenticate': 'Basic realm="Access to SMS Gateway"' });
  });
  app.get('/inbox', (c) => {
    asked++;
    const { limit, offset, ...span } = Question.parse(c.req.query());
    const found = newestFirst(inbox, span);
    c.header('x-total-count', String(found.length));
    c.header('date', new Date().toUTCString());
    return c.json(found.slice(offset, offset + limit));
  });
  app.get('/messages', (c) => c.json([]));
  app.post('/messages', async (c) => {
    const failing = fault;
    fault = null;
    if (failing === 400 || failing === 429) return c.json({ message: 'no' }, failing);
    const { id, textMessage, phoneNumbers, simNumber = null } = Call.parse(await c.req.json());
    if (sent.some((sms) => sms.id === id)) return c.json({ message: 'this id is taken' }, 409);
    for (const to of phoneNumbers) sent.push({ id, to, text: textMessage.text, sim: simNumber });
    if (failing === 'garbage') return c.text('<html>Welcome');
    if (failing === 'hang') await hanging.promise;
    if (failing === 'cut') return c.body(new ReadableStream({ start: (controller) => controller.error('cut') }), 200);
    await open.promise;
    return c.json(
      { id, state: 'Pending', recipients: phoneNumbers.map((phoneNumber) => ({ phoneNumber, state: 'Pending' })) },
      201,
    );
  });
  const server = await serveOnLoopback(app, port);

  const event = signer(webhookSecret);
  return {
    url: server.url,
    port: server.port,
    fail: (what) => void (fault = what),
    withhold(on) {
      if (on) open = Promise.withResolvers<void>();
      else open.resolve();
    },
    sent,
    receive({ from, text, sim = 1, at = new Date() }) {
      const createdAt = at.toISOString();
      inbox.push({
        id: `text:${inbox.length}`,
        type: 'SMS',
        sender: from,
        recipient: null,
        simNumber: sim,
        contentPreview: text,
        createdAt,
      });
      return event('sms:received', { messageId: 'c0ffee', message: text, sender: from, simNumber: sim, receivedAt: createdAt });
    },
    asked: () => asked,
    refusals: () => refusals,
    event,
    async [Symbol.asyncDispose]() {
      hanging.resolve();
      open.resolve();
      await server.close();
    },
  };
}
