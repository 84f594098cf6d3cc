import { Hono } from 'hono';
import { createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { serveOnLoopback } from './http.ts';

/** What the phone does with a call instead of the usual. `cut` and `garbage` take the message first, `hang` never answers. */
export type PhoneFault = 400 | 429 | 'garbage' | 'cut' | 'hang';
export type PhoneSms = { id: string; to: string; text: string; sim: number | null };
export type SignedEvent = { body: string; headers: Record<string, string> };
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
  /** The next call is met like that. */
  fail(fault: PhoneFault): void;
  /** Answers wait until it is called again with false. */
  withhold(on: boolean): void;
  sent: PhoneSms[];
  /** A webhook as the app signs it; `id` is the event's, the same whenever it comes again. */
  event(name: string, payload: object, options?: { id?: string; at?: Date }): SignedEvent;
};

type Options = { port?: number; username: string; password: string; webhookSecret: string };

/** A phone with SMSGate on loopback: its API with Basic authentication, ids that are taken once, and signed webhooks. */
export async function startAndroidPhone({ port = 0, username, password, webhookSecret }: Options): Promise<AndroidPhone> {
  let fault: PhoneFault | null = null;
  let open = Promise.withResolvers<void>();
  open.resolve();
  const hanging = Promise.withResolvers<void>();
  const sent: PhoneSms[] = [];
  const login = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

  const app = new Hono();
  app.post('/messages', async (c) => {
    if (c.req.header('authorization') !== login)
      return c.body('Unauthorized', 401, { 'www-authenticate': 'Basic realm="Access to SMS Gateway"' });
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
    return c.json({ id, state: 'Pending', recipients: phoneNumbers.map((phoneNumber) => ({ phoneNumber, state: 'Pending' })) }, 201);
  });
  const server = await serveOnLoopback(app, port);

  return {
    url: server.url,
    port: server.port,
    fail: (what) => void (fault = what),
    withhold(on) {
      if (on) open = Promise.withResolvers<void>();
      else open.resolve();
    },
    sent,
    event(event, payload, { id = randomUUID(), at = new Date() } = {}) {
      const body = JSON.stringify({ deviceId: 'phone-1', event, id, payload, webhookId: 'hook-1' });
      const timestamp = String(Math.floor(at.getTime() / 1000));
      const signature = createHmac('sha256', webhookSecret).update(`${body}${timestamp}`).digest('hex');
      return { body, headers: { 'content-type': 'application/json', 'x-timestamp': timestamp, 'x-signature': signature } };
    },
    async [Symbol.asyncDispose]() {
      hanging.resolve();
      open.resolve();
      await server.close();
    },
  };
}
