import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createReceiptIngest } from '../../activities/sending/ingest-receipts.ts';
import { openIngest } from '../../activities/replies/ingest-replies.ts';
import { createWebhookIngest } from '../../activities/carriers/ingest-webhook.ts';
import { acquireSlot, renewSlot } from '../../activities/sending/slot-lease.ts';
import { createSendLoop } from '../../activities/sending/send-loop.ts';
import type { Carrier, CarrierEvents, CarrierSession, OutboundMessage } from '../../carriers/carrier.ts';
import type { SubmitResult, WebhookRequest } from '../../carriers/carrier.ts';
import { Carrier as CarrierRow } from '../../database/carriers/carrier.ts';
import { newId } from '../../database/ids.ts';
import { openDatabase } from '../../database/orm.ts';
import { rows } from '../../database/sql.ts';
import { scratchDatabase } from '../fixtures/database.ts';
import { aMessage as aRow } from '../fixtures/rows.ts';

export type Sms = { from: string; to: string; text: string };
type Submit = () => Promise<SubmitResult[]>;

/** How the peer meets a submission. `hang-up` comes after the message was written, `slow` answers after the carrier's timer. */
export type Fault = 'throttle' | 'reject' | 'hang-up' | 'garbage' | 'slow';

/** A real socket that plays the carrier. */
export type Peer = AsyncDisposable & {
  /** What the carrier needs to reach it, with short times. */
  settings: Record<string, unknown>;
  /** Whole messages, as often as the peer took them. */
  taken(): Sms[];
  /** How often it was called with a wrong login. */
  refusals(): number;
  /** Runs the submission and meets it like that. */
  meet(fault: Fault, submit: Submit): Promise<SubmitResult[]>;
  /** Resolves when nobody answers at its address any more; `back` when somebody does. */
  away(session: CarrierSession): Promise<{ back(): Promise<void> }>;
};

/** What the peer brings by itself: each resolves when it was acknowledged. */
export type Pushes = {
  receipt(to: Stage, about: { reference: string; message: OutboundMessage }): Promise<void>;
  /** Runs the submission, and `meanwhile` before its answer: `reference` is the one that it will give. */
  answerLate(submit: () => Promise<void>, meanwhile: (reference: string) => Promise<void>): Promise<void>;
  reply(to: Stage, sms: Sms): Promise<void>;
  /** The same message again, its first acknowledgement lost. */
  replyTwice(to: Stage, sms: Sms): Promise<void>;
  /** A text of several parts, the last one first; null where the carrier puts them together itself. */
  replyInParts: ((to: Stage, sms: Sms) => Promise<void>) | null;
};
/** Where pushes arrive: our side, with its database. */
export type Stage = {
  session: CarrierSession;
  /** As the API takes a request of the carrier; fails for one that is refused. */
  webhook(request: WebhookRequest): Promise<void>;
};

export type Conformance<P extends Peer> = {
  carrier: Carrier;
  /** Never to be seen in a result or a log. */
  secrets: string[];
  /** Settings with which the peer does not let us in. */
  wrongLogin: Record<string, unknown>;
  /** Settings with which the carrier does not wait long for the peer's answer. */
  impatient: Record<string, unknown>;
  /** A number of the carrier's, for senders and for replies. */
  number: string;
  port: number | null;
  start(): Promise<P>;
  pushes: ((peer: P) => Pushes) | null;
  /** For a carrier that is asked for replies: an SMS arrives at the peer. */
  receive: ((peer: P, sms: Sms) => void) | null;
};

const PHONE = '+33612345678';
const LONG = 'Une réponse qui ne tient pas dans un seul SMS : '.repeat(8);
const quiet: CarrierEvents = { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() };

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A peer and a session to it. At its end nothing that was logged or answered may hold a secret, a number or a text. */
async function open<P extends Peer>(table: Conformance<P>, events: CarrierEvents = quiet, otherwise: object = {}) {
  await using stack = new AsyncDisposableStack();
  const peer = stack.use(await table.start());
  const seen: string[] = [];
  const kept = new Set(table.secrets);
  stack.defer(() => {
    for (const secret of kept) expect(seen.join('\n')).not.toContain(secret);
  });
  const session = table.carrier.open(table.carrier.settings.parse({ ...peer.settings, ...otherwise }), {
    log: pino({ level: 'trace' }, { write: (line) => void seen.push(line) }),
    events,
  });
  stack.defer(() => session.close(0));
  stack.defer(() => void seen.push(JSON.stringify(session.health())));
  if (Object.keys(otherwise).length === 0) await session.whenReady();

  let last = 0;
  const running = stack.move();
  return {
    peer,
    session,
    logged: seen,
    keepPrivate: (sms: Sms) => void kept.add(sms.text).add(sms.from.replace(/^\+/, '')),
    message(overrides: Partial<OutboundMessage> = {}): OutboundMessage {
      const n = ++last;
      const made = { id: newId(), to: `+3361200${String(n).padStart(4, '0')}`, from: table.number, text: `Très privé ${n}` };
      const message = { ...made, port: table.port, ...overrides };
      kept.add(message.text).add(message.to.slice(1));
      return message;
    },
    async submit(messages: OutboundMessage[]): Promise<SubmitResult[]> {
      await session.whenReady();
      const results = await Promise.all(session.submit(messages));
      seen.push(JSON.stringify(results));
      return results;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The same with a database: what goes out passes through a turn loop, what comes in is committed. */
async function openStage<P extends Peer>(table: Conformance<P>) {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDatabase());
  const db = await openDatabase({ url: scratch.url, poolMax: 6 });
  stack.defer(() => db.close());
  const { name: type, capabilities } = table.carrier;
  const em = db.em();
  const carrierId = newId();
  const basis = { id: carrierId, name: type, type, route: capabilities.route, settings: {}, secrets: Buffer.alloc(0), slots: 1 };
  em.create(CarrierRow, { ...basis, syncCursor: null, createdAt: new Date() });
  await em.flush();
  const slot = await acquireSlot(db.pool, carrierId, 0, 'conformance');
  if (!slot) throw new Error('The slot is taken');
  const log = pino({ level: 'silent' });
  const deps = { pool: db.pool, log, country: 'FR', deliverReplies: () => {}, onCallbacksDue: () => {} };
  const ingest = await openIngest(deps, carrierId, 0);
  stack.defer(() => ingest.close());
  const it = stack.use(
    await open(table, { onReply: ingest.onReply, onReceipt: createReceiptIngest(db.pool, carrierId, 'FR', () => {}) }),
  );
  const loop = createSendLoop({ pool: db.pool, slot, session: it.session, log });
  stack.defer(() => loop.stop());
  const renewing = setInterval(() => {
    void renewSlot(db.pool, slot).then(() => loop.renewed(performance.now()));
  }, 2000);
  stack.defer(() => clearInterval(renewing));

  const running = stack.move();
  const settings = table.carrier.settings.parse(it.peer.settings);
  const ingestWebhook = createWebhookIngest(deps);
  return {
    ...it,
    async webhook(request: WebhookRequest): Promise<void> {
      const content = table.carrier.parseWebhook?.(settings, request);
      if (content?.kind !== 'content') throw new Error(`The webhook is refused: ${content?.reason}`);
      await ingestWebhook(carrierId, content);
    },
    pushes: table.pushes?.(it.peer),
    async send(message: OutboundMessage): Promise<void> {
      const { id, to, from, text, port } = message;
      const queued = { state: 'queued' as const, epoch: null, submittedAt: null };
      await aRow(db, { id, carrierId, toNumber: to, sender: from, replyCode: from, text, port, ...queued });
      await it.session.whenReady();
      await loop.send([message]);
    },
    stateOf: async ({ id }: OutboundMessage) =>
      (await rows<{ state: string }>(db.pool, 'select state from messages where id = $1', [id]))[0]?.state,
    referencesOf: async ({ id }: OutboundMessage) => {
      const found = await rows<{ r: string }>(db.pool, 'select reference r from message_references where message_id = $1', [id]);
      return found.map(({ r }) => r);
    },
    replies: () =>
      rows<{ text: string; from_number: string; reply_code: string }>(
        db.pool,
        'select text, from_number, reply_code from replies order by id',
      ),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What every carrier promises, against a peer that plays it. */
export function conforms<P extends Peer>(table: Conformance<P>): void {
  const { name, capabilities } = table.carrier;

  test(`${name}: what is accepted has a reference of its own and arrives as it was written`, async () => {
    await using it = await open(table);
    const messages = ['Court', 'Avec un € et [crochets]', 'Ça marche 🎉', LONG].map((text) => it.message({ text }));
    const results = await it.submit(messages);
    const references = results.flatMap((result) => (result.outcome === 'accepted' ? result.references : []));
    expect(results.map(({ outcome }) => outcome)).toEqual(messages.map(() => 'accepted'));
    expect(new Set(references).size).toBe(references.length);
    await until('all are there', () => it.peer.taken().length === messages.length);
    const byPhone = new Map(it.peer.taken().map((sms) => [sms.to, sms]));
    for (const { to, from, text } of messages) expect(byPhone.get(to)).toEqual({ from, to, text });
  });

  test.for<[Fault, object, number]>([
    ['throttle', { outcome: 'throttled', retryAfterMs: expect.any(Number) }, 0],
    ['reject', { outcome: 'rejected', code: expect.any(String) }, 0],
    ['hang-up', { outcome: 'unknown', reason: expect.any(String) }, 1],
    ['garbage', { outcome: 'unknown', reason: expect.any(String) }, 1],
    ['slow', { outcome: 'unknown', reason: expect.any(String) }, 1],
  ])(`${name}: %s says what is known, and the next message goes`, async ([fault, expected, atMost]) => {
    await using it = await open(table, quiet, fault === 'slow' ? table.impatient : {});
    await it.session.whenReady();
    const [first, second] = [it.message(), it.message()];
    // Who knows messages by our ids is asked again: then there is no doubt.
    const known = atMost === 1 && capabilities.dedupe === 'client-id';
    const result = known ? { outcome: 'accepted', references: [first.id] } : expected;
    expect(await it.peer.meet(fault, () => it.submit([first]))).toEqual([result]);
    await until('it goes', async () => (await it.submit([second]))[0]?.outcome === 'accepted');
    await until('the second is there', () => it.peer.taken().some(({ to }) => to === second.to));
    expect(it.peer.taken().filter(({ to }) => to === first.to).length).toBeLessThanOrEqual(atMost);
    expect(it.peer.taken().filter(({ to }) => to === second.to)).toHaveLength(1);
  });

  test(`${name}: one that can't be reached has nothing: unsent, until it is back`, async () => {
    await using it = await open(table);
    await it.session.whenReady();
    const { back } = await it.peer.away(it.session);
    const results = await Promise.all(it.session.submit([it.message(), it.message()]));
    expect(results.map(({ outcome }) => outcome)).toEqual(['unsent', 'unsent']);
    await back();
    const message = it.message();
    await until('it takes messages again', async () => (await it.submit([message]))[0]?.outcome === 'accepted');
    await until('it is there', () => it.peer.taken().length > 0);
    expect(it.peer.taken()).toMatchObject([{ to: message.to }]);
  });

  test(`${name}: a refused login is told, raises an alarm, and is not tried again soon whatever waits`, async () => {
    await using it = await open(table, quiet, table.wrongLogin);
    await Promise.all(it.session.submit([it.message()]));
    await until('it is told', () => it.session.health().refused === true);
    const tries = it.peer.refusals();
    expect(tries).toBeLessThanOrEqual(2);
    for (let n = 0; n < 20; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as batches come
      expect((await Promise.all(it.session.submit([it.message()]))).map(({ outcome }) => outcome)).toEqual(['unsent']);
      // oxlint-disable-next-line no-await-in-loop -- so do questions
      await expect(it.session.pollReplies?.(null) ?? Promise.reject(new Error('It can not be asked'))).rejects.toThrow(
        /refuses our login|can not be asked/,
      );
    }
    expect(it.peer.refusals()).toBe(tries);
    expect(it.session.health()).toMatchObject({ state: 'connecting', refused: true, lastError: expect.any(String) });
    expect(it.logged.filter((line) => line.includes(`"alarm":"${name}-login-refused"`))).toHaveLength(1);
    expect(it.peer.taken()).toEqual([]);
  });

  test(`${name}: closing answers for every message and takes no more`, async () => {
    await using it = await open(table);
    await it.session.whenReady();
    const results = it.session.submit([it.message(), it.message()]);
    await it.session.close(2000);
    for (const { outcome } of await Promise.all(results)) expect(['accepted', 'unsent']).toContain(outcome);
    expect(await Promise.all(it.session.submit([it.message()]))).toMatchObject([{ outcome: 'unsent' }]);
    expect(it.session.health().state).toBe('closed');
    await expect(it.session.whenReady()).rejects.toThrow('closed');
  });

  if (table.pushes) pushed(table);
  if (capabilities.receipts === 'poll') polledReceipts(table);
  if (table.receive) polledReplies(table, table.receive);
}

function pushed<P extends Peer>(table: Conformance<P>): void {
  const { name } = table.carrier;

  test.for(['late', 'early', 'twice'] as const)(`${name}: a receipt that comes %s makes its message delivered`, async (when) => {
    await using it = await openStage(table);
    const message = it.message();
    const bring = (reference: string) => it.pushes?.receipt(it, { reference, message }) ?? Promise.reject(new Error('none'));
    if (when === 'early') await it.pushes?.answerLate(() => it.send(message), bring);
    else {
      await it.send(message);
      for (const reference of await it.referencesOf(message)) {
        await bring(reference);
        if (when === 'twice') await bring(reference);
      }
    }
    await expect.poll(() => it.stateOf(message), { timeout: 15_000 }).toBe('delivered');
  });

  test(`${name}: a receipt of nothing we know is acknowledged and changes nothing`, async () => {
    await using it = await openStage(table);
    const message = it.message();
    await it.send(message);
    await it.pushes?.receipt(it, { reference: '987654321', message: it.message({ to: '+33699999999' }) });
    expect(await it.stateOf(message)).toBe('accepted');
  });

  test(`${name}: a reply is committed when it is acknowledged, and its copy is not a second one`, async () => {
    await using it = await openStage(table);
    await it.session.whenReady();
    const sms = { from: PHONE, to: table.number, text: 'Ça me va, à 15 h €' };
    it.keepPrivate(sms);
    await it.pushes?.reply(it, { ...sms, text: 'Bonjour' });
    expect(await it.replies()).toMatchObject([{ text: 'Bonjour', from_number: PHONE }]);
    await it.pushes?.replyTwice(it, sms);
    expect((await it.replies()).map(({ text }) => text)).toEqual(['Bonjour', sms.text]);
  });

  test(`${name}: parts that come in reverse are one reply`, async () => {
    await using it = await openStage(table);
    await it.session.whenReady();
    const sms = { from: PHONE, to: table.number, text: `${LONG} 🎉` };
    it.keepPrivate(sms);
    await (it.pushes?.replyInParts ?? it.pushes?.reply)?.(it, sms);
    expect((await it.replies()).map(({ text }) => text)).toEqual([sms.text]);
  });
}

function polledReceipts<P extends Peer>(table: Conformance<P>): void {
  test(`${table.carrier.name}: results are asked for by reference, and again; what it does not know is left out`, async () => {
    await using it = await open(table);
    const [result] = await it.submit([it.message()]);
    const references = result?.outcome === 'accepted' ? result.references : [];
    const poll = async () => (await it.session.pollReceipts?.([...references, '987654321'])) ?? [];
    await until('its result is known', async () => (await poll()).length > 0);
    for (const receipts of [await poll(), await poll()])
      expect(receipts).toMatchObject([{ reference: references[0], status: 'delivered' }]);
  });
}

function polledReplies<P extends Peer>(table: Conformance<P>, receive: (peer: P, sms: Sms) => void): void {
  test(`${table.carrier.name}: replies are read in the order of their ids, and reading changes nothing`, async () => {
    await using it = await open(table);
    await it.session.whenReady();
    const texts = ['un', 'deux', LONG];
    for (const text of texts) receive(it.peer, { from: PHONE, to: table.number, text });
    const poll = async (after: number | null) => (await it.session.pollReplies?.(after)) ?? Promise.reject(new Error('no poll'));
    const first = await poll(null);
    expect(first.replies.map(({ body }) => Buffer.from(body).toString())).toEqual(texts);
    const ids = first.replies.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect((await poll(null)).replies).toEqual(first.replies);
    expect((await poll(ids.at(-1) ?? 0)).replies).toEqual([]);
  });
}
