import { Hono } from 'hono';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { serveOnLoopback } from './http.ts';

/** How the carrier fails a call. `cut` and `garbage` take the message first, `hang` never answers. */
export type HttpFault = 400 | 401 | 402 | 429 | 302 | 500 | 'refused-in-200' | 'garbage' | 'cut' | 'hang';
type Sms = { from: string; to: string; text: string };
const Call = z.object({ to: z.string(), from: z.string(), text: z.string(), reference: z.string() });

export type HttpCarrier = AsyncDisposable & {
  url: string;
  port: number;
  /** How the next call fails. */
  fail(fault: HttpFault): void;
  /** Answers wait until it is called again with false. */
  withhold(on: boolean): void;
  taken: Sms[];
  ids: string[];
  /** How many calls had a wrong token. */
  refusals(): number;
};

/** A carrier with an HTTP API of one call a message, on loopback. */
export async function startHttpCarrier({ port = 0, token }: { port?: number; token: string }): Promise<HttpCarrier> {
  let fault: HttpFault | null = null;
  let open = Promise.withResolvers<void>();
  open.resolve();
  const hanging = Promise.withResolvers<void>();
  const taken: Sms[] = [];
  const ids: string[] = [];
  let refusals = 0;

  const app = new Hono();
  app.post('/sms', async (c) => {
    const failing = fault;
    fault = null;
    const wrong = c.req.header('authorization') !== `Bearer ${token}`;
    if (wrong) refusals++;
    if (wrong || failing === 401) return c.json({ status: 'unauthorized' }, 401);
    if (failing === 302) return c.redirect('/elsewhere', 302);
    if (failing === 429) return c.json({ status: 'slow-down' }, 429, { 'retry-after': '1' });
    if (failing === 400 || failing === 402) return c.json({ status: 'no' }, failing);
    if (failing === 'refused-in-200') return c.json({ status: 'blacklisted' });
    const { to, from, text } = Call.parse(await c.req.json());
    taken.push({ to, from, text });
    if (failing === 500) return c.json({ status: 'oops' }, 500);
    if (failing === 'garbage') return c.text('<html>Thank you!');
    if (failing === 'hang') await hanging.promise;
    if (failing === 'cut') return c.body(new ReadableStream({ start: (controller) => controller.error('cut') }), 200);
    const id = randomUUID();
    ids.push(id);
    await open.promise;
    return c.json({ status: 'queued', messages: [{ id }] });
  });
  app.all('/elsewhere', (c) => c.json({ status: 'queued', messages: [{ id: 'followed' }] }));
  const server = await serveOnLoopback(app, port);

  return {
    url: server.url,
    port: server.port,
    fail: (what) => void (fault = what),
    withhold(on) {
      if (on) open = Promise.withResolvers<void>();
      else open.resolve();
    },
    taken,
    ids,
    refusals: () => refusals,
    async [Symbol.asyncDispose]() {
      hanging.resolve();
      open.resolve();
      await server.close();
    },
  };
}
