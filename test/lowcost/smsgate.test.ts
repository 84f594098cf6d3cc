import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { smsgate } from '../../carriers/smsgate/smsgate.ts';
import type { PolledPage, WebhookRequest } from '../../carriers/carrier.ts';
import { textOf, type Answer } from '../../dev/seed.ts';
import { startAndroidPhone, type SignedEvent } from '../../dev/simulator/smsgate.ts';
import { phone, startApp, until, type App } from '../fixtures/app.ts';

const LOGIN = { username: 'sms', password: 'pa:55-phone' };
const SECRET = 'whs-90ab12cd';
const SIM = '+33655000001';
const HOUR = 3_600_000;
const startPhone = () => startAndroidPhone({ ...LOGIN, webhookSecret: SECRET });

/** The product with an Android phone beside its gateway. */
async function withPhone(app: App, settings: object = {}) {
  const device = await startPhone();
  const carrier = await app.operator.send('POST', '/v1/operator/carriers', {
    name: 'my-phone',
    type: 'smsgate',
    settings: { url: device.url, ...LOGIN, webhookSecret: SECRET, retryMinMs: 20, retryMaxMs: 40, ...settings },
  });
  const carrierId = textOf(carrier, 'id');
  await app.operator.send('POST', '/v1/operator/numbers', {
    number: SIM,
    kind: 'sim',
    carrier: carrierId,
    port: 1,
    country: 'FR',
  });
  const ask = (now: Date) => app.operator.send('POST', `/v1/operator/carriers/${carrierId}/sync`, { now: now.toISOString() });
  return {
    device,
    carrierId,
    post: ({ body, headers }: SignedEvent): Promise<number> =>
      fetch(`${app.url}/webhooks/${carrierId}`, { method: 'POST', body, headers }).then(({ status }) => status),
    ask,
    async sync(now: Date): Promise<Answer> {
      const asked = await ask(now);
      return until('the sync has ended', async () => {
        const run = await app.operator.get(`/v1/operator/sync-runs/${textOf(asked, 'id')}`);
        return run['endedAt'] !== null && run;
      });
    },
    waiting: async () =>
      (await app.rows<{ text: string }>(`select text from replies where released_at is null order by received_at`)).map(
        ({ text }) => text,
      ),
    home: () =>
      app.rows<{ text: string; filed: boolean; reply_code: string }>(
        `select text, filed_at is not null as filed, reply_code from replies where released_at is not null order by received_at, text`,
      ),
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}

test('what a phone pushes waits for the night, and comes home with it though the phone is off', async () => {
  await using app = await startApp({ ways: {} });
  await using it = await withPhone(app);
  const at = new Date(Date.now() - 1000);
  expect(await it.post(it.device.receive({ from: phone(1), text: 'OUI', at }))).toBe(200);
  expect(await it.waiting()).toEqual(['OUI']);
  expect(await it.sync(new Date(at.getTime() + 6 * HOUR - 60_000))).toMatchObject({ state: 'done', read: 1, new: 0, young: 1 });
  expect(await it.home()).toEqual([]);

  await it.device[Symbol.asyncDispose]();
  await it.ask(new Date(at.getTime() + 6 * HOUR + 5000));
  await until('it is filed', async () => (await it.home())[0]?.filed);
  expect(await it.home()).toEqual([{ text: 'OUI', filed: true, reply_code: SIM }]);
}, 120_000);

test('a reply by webhook and in the inbox is one, whichever is first; two equal ones are two', async () => {
  await using app = await startApp({ ways: {} });
  await using it = await withPhone(app);
  // Another gateway that answers garbage holds nothing up here.
  app.world.gateway.fail('garbage');
  const other = await app.operator.send('POST', `/v1/operator/carriers/${app.dinstarId}/sync`, {});
  const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
  const first = it.device.receive({ from: phone(1), text: 'webhook first', at });
  await it.post(first);
  const late = it.device.receive({ from: phone(1), text: 'inbox first', at });
  const twins = [1, 2].map(() => it.device.receive({ from: phone(2), text: 'OUI', at }));
  await it.post(twins[0] ?? first);
  it.device.receive({ from: phone(3), text: 'never pushed', at });

  expect(await it.sync(new Date(at.getTime() + HOUR))).toMatchObject({ state: 'done', read: 5, new: 0, duplicates: 2, young: 5 });
  expect(await it.post(late)).toBe(200);
  for (const twin of twins) expect(await it.post(twin)).toBe(200);
  expect(await it.post(first)).toBe(200);
  expect((await it.waiting()).toSorted()).toEqual(['OUI', 'OUI', 'inbox first', 'never pushed', 'webhook first']);

  expect(await it.sync(new Date(at.getTime() + 7 * HOUR))).toMatchObject({ new: 5, duplicates: 5, young: 0 });
  expect(await it.sync(new Date(at.getTime() + 8 * HOUR))).toMatchObject({ new: 0, duplicates: 5 });
  const trying = await app.operator.get(`/v1/operator/sync-runs/${textOf(other, 'id')}`);
  expect(trying).toMatchObject({ state: 'running', endedAt: null });
});

test('a gateway set to immediate waits for no night', async () => {
  await using app = await startApp({ ways: {} });
  await using it = await withPhone(app, { immediate: true });
  await it.post(it.device.receive({ from: phone(1), text: 'tout de suite' }));
  await until('it is filed', async () => (await it.home())[0]?.filed);
  expect(await it.waiting()).toEqual([]);
});

test('a long inbox is read whole, oldest first, and equal moments are not parted', async () => {
  await using device = await startPhone();
  const session = smsgate.open(smsgate.settings.parse({ url: device.url, ...LOGIN }), {
    log: pino({ level: 'silent' }),
    events: { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() },
  });
  const start = Date.UTC(2026, 0, 1);
  for (let n = 0; n < 1201; n++) device.receive({ from: phone(n), text: `${n}`, at: new Date(start + Math.floor(n / 7) * 1000) });
  const read: number[] = [];
  let after: number | null = null;
  for (let more = true; more;) {
    const page: PolledPage | undefined = await session.pollReplies?.(after);
    if (!page) throw new Error('It can not be asked');
    read.push(...page.replies.map(({ body }) => Number(Buffer.from(body).toString())));
    after = page.replies.at(-1)?.id ?? after;
    ({ more } = page);
  }
  await session.close(0);
  expect(read.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1201 }, (_, n) => n));
  expect(read.map((n) => Math.floor(n / 7))).toEqual(read.map((n) => Math.floor(n / 7)).toSorted((a, b) => a - b));
});

const read = ({ body, headers }: SignedEvent, overrides: Partial<WebhookRequest> = {}) =>
  smsgate.parseWebhook?.(smsgate.settings.parse({ url: 'http://127.0.0.1', ...LOGIN, webhookSecret: SECRET }), {
    method: 'POST',
    url: '',
    query: {},
    headers,
    body: Buffer.from(body),
    receivedAt: new Date(),
    ...overrides,
  });
const payload = {
  messageId: 'a1b2',
  message: 'Ça va 🎉',
  phoneNumber: phone(1),
  simNumber: 2,
  receivedAt: '2026-06-01T08:00:00.000+02:00',
};

test('only what the phone signed, lately and unchanged, is believed', async () => {
  await using device = await startPhone();
  const event = device.event('sms:received', payload);
  expect(read(event)).toMatchObject({ kind: 'content', release: 'sync' });
  expect(read({ ...event, body: event.body.replace('a1b2', 'a1b3') })).toMatchObject({ kind: 'forged' });
  for (const name of ['x-signature', 'x-timestamp'])
    expect(read({ ...event, headers: { ...event.headers, [name]: '' } })).toMatchObject({ kind: 'forged' });
  expect(read(device.event('sms:received', payload, { at: new Date(Date.now() - 301_000) }))).toMatchObject({ kind: 'forged' });
  // Signed is the second that had begun then, which is up to one less.
  expect(read(device.event('sms:received', payload, { at: new Date(Date.now() + 302_000) }))).toMatchObject({ kind: 'forged' });
});

test.for([
  ['sms:delivered', { deliveredAt: '2026-06-01T08:00:00Z' }, 'delivered'],
  ['sms:sent', { sentAt: '2026-06-01T08:00:00Z' }, 'accepted'],
  ['sms:failed', { failedAt: '2026-06-01T08:00:00Z', reason: 'RESULT_ERROR_NO_SERVICE' }, 'undelivered'],
] as const)('%s is what became of a message', async ([name, times, status]) => {
  await using device = await startPhone();
  const messageId = randomUUID();
  expect(read(device.event(name, { messageId, phoneNumber: phone(1), simNumber: 1, ...times }))).toMatchObject({
    receipts: [{ reference: messageId, messageId, to: phone(1), status, at: new Date('2026-06-01T08:00:00Z') }],
  });
});

test('a received SMS is read as old and new versions of the app tell it; others are acknowledged', async () => {
  await using device = await startPhone();
  const { phoneNumber, ...rest } = payload;
  for (const form of [payload, { ...rest, sender: phoneNumber, recipient: null }]) {
    expect(read(device.event('sms:received', form, { id: 'ev-1' }))).toMatchObject({
      replies: [{ externalId: 'ev-1', from: phone(1), to: { port: 2 }, receivedAt: new Date('2026-06-01T06:00:00Z') }],
    });
  }
  expect(read(device.event('system:ping', {}))).toMatchObject({ kind: 'content', replies: [], receipts: [] });
  expect(read(device.event('sms:received', { message: 'from nobody' }))).toMatchObject({ kind: 'unreadable' });
});
