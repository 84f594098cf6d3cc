import { Hono } from 'hono';
import { z } from 'zod';
import { serveOnLoopback } from './http.ts';

/** An SMS as a phone got it. `from` is what its screen shows: a number, a short code or a name. */
export type ReceivedSms = { from: string; to: string; text: string; at: Date };
/** An SMS that a phone sent, to a short code or a number. */
export type SentSms = { from: string; to: string; text: string; at: Date };

/** A carrier, as a phone's network knows it: the numbers it answers for, and how an SMS reaches it. */
export type Network = { owns(number: string): boolean; send(sms: { from: string; to: string; text: string }): Promise<void> };

export type Phones = AsyncDisposable & {
  url: string;
  port: number;
  /** Called by a carrier for a phone that gets an SMS. */
  receive(sms: { from: string; to: string; text: string }): void;
  /** Presses reply to the latest SMS, or to the one given. Throws CannotReply when its sender is a name. */
  reply(phone: string, text: string, to?: ReceivedSms): Promise<SentSms>;
  /** Writes a new SMS to any number. */
  write(phone: string, to: string, text: string): Promise<SentSms>;
  /** Answers by itself. */
  script(script: Script): void;
  received: readonly ReceivedSms[];
  sent: readonly SentSms[];
  clear(): void;
};

/** Pressing reply to a name reaches nobody: phones refuse it. */
export class CannotReply extends Error {}

const Script = z.strictObject({
  /** The n-th SMS that arrives, 2n-th … answers. */
  every: z.int().min(1).default(1),
  text: z.string().min(1),
  afterMs: z.int().min(0).max(3_600_000).default(0),
  /** Only SMS whose text holds this. */
  match: z.string().optional(),
  /** How often at most. */
  count: z.int().min(1).optional(),
});
export type Script = z.input<typeof Script>;
type Running = z.infer<typeof Script> & { seen: number; answered: number };

const Reply = z.strictObject({ text: z.string().min(1), index: z.int().min(0).optional() });
const Write = z.strictObject({ to: z.string().min(1), text: z.string().min(1) });

/** How many SMS are remembered, in each direction. The oldest are forgotten first. */
const REMEMBERED = 400_000;
const isNumber = (sender: string): boolean => /^\+?\d+$/.test(sender);

/** Phones on loopback: what arrived at them, and their owners' thumbs. */
export async function startPhones({ networks, port = 0 }: { networks: Network[]; port?: number }): Promise<Phones> {
  const received: ReceivedSms[] = [];
  const sent: SentSms[] = [];
  const byPhone = new Map<string, ReceivedSms[]>();
  let scripts: Running[] = [];
  const timers = new Set<NodeJS.Timeout>();

  const remember = <T>(list: T[], item: T): void => {
    list.push(item);
    if (list.length > REMEMBERED) list.splice(0, REMEMBERED / 10);
  };

  async function write(phone: string, to: string, text: string): Promise<SentSms> {
    const network = networks.find((each) => each.owns(to));
    if (!network) throw new CannotReply(`No carrier here answers for ${to}`);
    const sms = { from: phone, to, text, at: new Date() };
    remember(sent, sms);
    await network.send(sms);
    return sms;
  }

  async function reply(phone: string, text: string, to = byPhone.get(phone)?.at(-1)): Promise<SentSms> {
    if (!to) throw new CannotReply(`${phone} has received nothing to reply to`);
    if (!isNumber(to.from))
      throw new CannotReply(
        `The message came from "${to.from}", which is a name: a phone can't reply to it, only write a new SMS to a number`,
      );
    return write(phone, to.from, text);
  }

  function play(sms: ReceivedSms): void {
    for (const script of scripts) {
      if (script.match !== undefined && !sms.text.includes(script.match)) continue;
      script.seen++;
      if (script.seen % script.every !== 0 || script.answered >= (script.count ?? Infinity)) continue;
      script.answered++;
      const timer = setTimeout(() => {
        timers.delete(timer);
        reply(sms.to, script.text, sms).catch(() => {});
      }, script.afterMs);
      timers.add(timer);
    }
  }

  function clear(): void {
    received.length = 0;
    sent.length = 0;
    byPhone.clear();
    scripts = [];
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  }

  const app = new Hono();
  app.onError((error, c) =>
    error instanceof CannotReply ? c.json({ error: error.message }, 409) : c.json({ error: error.message }, 400),
  );
  app.get('/phones', (c) =>
    c.json({ items: [...byPhone].slice(-1000).map(([number, list]) => ({ number, received: list.length, last: list.at(-1) })) }),
  );
  app.get('/phones/:number', (c) => {
    const number = c.req.param('number');
    return c.json({ number, received: byPhone.get(number) ?? [], sent: sent.filter((sms) => sms.from === number) });
  });
  app.post('/phones/:number/reply', async (c) => {
    const number = c.req.param('number');
    const { text, index } = Reply.parse(await c.req.json());
    return c.json(await reply(number, text, index === undefined ? undefined : byPhone.get(number)?.[index]), 201);
  });
  app.post('/phones/:number/write', async (c) => {
    const { to, text } = Write.parse(await c.req.json());
    return c.json(await write(c.req.param('number'), to, text), 201);
  });
  app.post('/scripts', async (c) => {
    scripts.push({ ...Script.parse(await c.req.json()), seen: 0, answered: 0 });
    return c.json({ scripts: scripts.length }, 201);
  });
  app.delete('/scripts', (c) => {
    scripts = [];
    return c.body(null, 204);
  });
  app.get('/log', (c) => c.json({ received, sent }));
  app.delete('/log', (c) => {
    clear();
    return c.body(null, 204);
  });
  const server = await serveOnLoopback(app, port);

  return {
    url: server.url,
    port: server.port,
    receive({ from, to, text }) {
      const sms = { from, to, text, at: new Date() };
      remember(received, sms);
      const list = byPhone.get(to);
      if (list) list.push(sms);
      else byPhone.set(to, [sms]);
      if (scripts.length > 0) play(sms);
    },
    reply,
    write,
    script: (script) => void scripts.push({ ...Script.parse(script), seen: 0, answered: 0 }),
    received,
    sent,
    clear,
    async [Symbol.asyncDispose]() {
      clear();
      await server.close();
    },
  };
}
