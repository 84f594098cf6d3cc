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

/** Phones refuse to reply to a sender name. */
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

type State = {
  networks: Network[];
  received: ReceivedSms[];
  sent: SentSms[];
  byPhone: Map<string, ReceivedSms[]>;
  scripts: Running[];
  timers: Set<NodeJS.Timeout>;
};

const remember = <T>(list: T[], item: T): void => {
  list.push(item);
  if (list.length > REMEMBERED) list.splice(0, REMEMBERED / 10);
};

async function write(state: State, phone: string, to: string, text: string): Promise<SentSms> {
  const network = state.networks.find((each) => each.owns(to));
  if (!network) throw new CannotReply(`No carrier here answers for ${to}`);
  const sms = { from: phone, to, text, at: new Date() };
  remember(state.sent, sms);
  await network.send(sms);
  return sms;
}

async function reply(state: State, phone: string, text: string, to = state.byPhone.get(phone)?.at(-1)): Promise<SentSms> {
  if (!to) throw new CannotReply(`${phone} has received nothing to reply to`);
  if (!isNumber(to.from))
    throw new CannotReply(
      `The message came from "${to.from}", which is a name: a phone can't reply to it, only write a new SMS to a number`,
    );
  return write(state, phone, to.from, text);
}

function play(state: State, sms: ReceivedSms): void {
  for (const script of state.scripts) {
    if (script.match !== undefined && !sms.text.includes(script.match)) continue;
    script.seen++;
    if (script.seen % script.every !== 0 || script.answered >= (script.count ?? Infinity)) continue;
    script.answered++;
    const timer = setTimeout(() => {
      state.timers.delete(timer);
      reply(state, sms.to, script.text, sms).catch(() => {});
    }, script.afterMs);
    state.timers.add(timer);
  }
}

function clear(state: State): void {
  state.received.length = 0;
  state.sent.length = 0;
  state.byPhone.clear();
  state.scripts = [];
  for (const timer of state.timers) clearTimeout(timer);
  state.timers.clear();
}

type Thumbs = Omit<Phones, 'url' | 'port' | typeof Symbol.asyncDispose>;

function routesOf(state: State, phones: Thumbs): Hono {
  const app = new Hono();
  app.onError((error, c) =>
    error instanceof CannotReply ? c.json({ error: error.message }, 409) : c.json({ error: error.message }, 400),
  );
  app.get('/phones', (c) =>
    c.json({
      items: [...state.byPhone].slice(-1000).map(([number, list]) => ({ number, received: list.length, last: list.at(-1) })),
    }),
  );
  app.get('/phones/:number', (c) => {
    const number = c.req.param('number');
    return c.json({ number, received: state.byPhone.get(number) ?? [], sent: state.sent.filter((sms) => sms.from === number) });
  });
  app.post('/phones/:number/reply', async (c) => {
    const number = c.req.param('number');
    const { text, index } = Reply.parse(await c.req.json());
    return c.json(await phones.reply(number, text, index === undefined ? undefined : state.byPhone.get(number)?.[index]), 201);
  });
  app.post('/phones/:number/write', async (c) => {
    const { to, text } = Write.parse(await c.req.json());
    return c.json(await phones.write(c.req.param('number'), to, text), 201);
  });
  app.post('/scripts', async (c) => {
    phones.script(Script.parse(await c.req.json()));
    return c.json({ scripts: state.scripts.length }, 201);
  });
  app.delete('/scripts', (c) => {
    state.scripts = [];
    return c.body(null, 204);
  });
  app.get('/log', (c) => c.json({ received: state.received, sent: state.sent }));
  app.delete('/log', (c) => {
    phones.clear();
    return c.body(null, 204);
  });
  return app;
}

/** Phones on loopback: what arrived at them, and their owners' thumbs. */
export async function startPhones({ networks, port = 0 }: { networks: Network[]; port?: number }): Promise<Phones> {
  const state: State = { networks, received: [], sent: [], byPhone: new Map(), scripts: [], timers: new Set() };
  const phones: Thumbs = {
    receive({ from, to, text }) {
      const sms = { from, to, text, at: new Date() };
      remember(state.received, sms);
      const list = state.byPhone.get(to);
      if (list) list.push(sms);
      else state.byPhone.set(to, [sms]);
      if (state.scripts.length > 0) play(state, sms);
    },
    reply: (phone, text, to) => reply(state, phone, text, to),
    write: (phone, to, text) => write(state, phone, to, text),
    script: (script) => void state.scripts.push({ ...Script.parse(script), seen: 0, answered: 0 }),
    received: state.received,
    sent: state.sent,
    clear: () => clear(state),
  };
  const server = await serveOnLoopback(routesOf(state, phones), port);
  return {
    ...phones,
    url: server.url,
    port: server.port,
    async [Symbol.asyncDispose]() {
      clear(state);
      await server.close();
    },
  };
}
