import { Hono } from 'hono';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { smsgate } from '../../carriers/smsgate/smsgate.ts';
import { serveOnLoopback } from '../../dev/simulator/http.ts';
import { startAndroidPhone } from '../../dev/simulator/smsgate.ts';

const LOGIN = { username: 'sms', password: 'pa:55-phone' };
const SECRET = 'whs-90ab12cd';

/** A server of SMSGate, which knows of a phone's SMS what the phone brought it: here, when it is asked to. */
async function startServer(onPhone: object[]) {
  const known: object[] = [];
  const refreshes: { since: string; until: string; deviceId?: string; webhookDelivery: string }[] = [];
  const questions: string[] = [];
  const app = new Hono();
  app.get('/3rdparty/v1/messages', (c) => c.json([]));
  app.get('/3rdparty/v1/inbox', (c) => {
    questions.push(new URL(c.req.url).search);
    c.header('x-total-count', String(known.length));
    return c.json(known);
  });
  app.post('/3rdparty/v1/inbox/refresh', async (c) => {
    refreshes.push(await c.req.json());
    known.push(...onPhone.splice(0));
    return c.body(null, 202);
  });
  const server = await serveOnLoopback(app, 0);
  return { ...server, refreshes, questions, [Symbol.asyncDispose]: () => server.close() };
}

const sms = (fields: object) => ({
  id: 'a',
  type: 'SMS',
  sender: '+33612345678',
  simNumber: 1,
  contentPreview: 'OUI',
  ...fields,
});
const open = (url: string, settings: object = {}) =>
  smsgate.open(smsgate.settings.parse({ url, ...LOGIN, retryMinMs: 20, retryMaxMs: 40, ...settings }), {
    log: pino({ level: 'silent' }),
    events: { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() },
  });

test('a reply whose webhook was lost is read from a server, which asks the phone for it first', async () => {
  await using server = await startServer([sms({ createdAt: '2026-11-30T08:00:00Z' })]);
  const session = open(`${server.url}/3rdparty/v1`, { deviceId: 'phone-7' });
  await session.whenReady();
  const page = await session.pollReplies?.(Date.UTC(2026, 10, 29));
  expect(page?.replies.map(({ body, receivedAt }) => [Buffer.from(body).toString(), receivedAt])).toEqual([
    ['OUI', new Date('2026-11-30T08:00:00Z')],
  ]);
  expect(server.refreshes).toMatchObject([
    { since: '2026-11-29T00:00:00.000Z', deviceId: 'phone-7', webhookDelivery: 'Disabled' },
  ]);
  expect(server.questions[0]).toContain('deviceId=phone-7&type=SMS');
  await session.pollReplies?.(null);
  expect(server.refreshes).toHaveLength(1);
  await session.close(0);
});

test.each([
  ['Europe/Paris', '2026-11-30T09:00:00', '2026-11-30T08:00:00.000Z'],
  ['America/Lima', '2026-11-30T09:00:00.123', '2026-11-30T14:00:00.000Z'],
  ['Europe/Paris', '2026-11-30T09:00:00Z', '2026-11-30T09:00:00.000Z'],
])('in %s a phone’s time %s is %s, by webhook and in the inbox alike', async (deviceTimeZone, written, instant) => {
  await using phone = await startAndroidPhone({ ...LOGIN, webhookSecret: SECRET });
  const settings = smsgate.settings.parse({ url: phone.url, ...LOGIN, webhookSecret: SECRET, deviceTimeZone });
  const payload = { messageId: 'c0ffee', message: 'OUI', sender: '+33612345678', simNumber: 1, receivedAt: written };
  const { body, headers } = phone.event('sms:received', payload);
  const request = { method: 'POST', url: '', query: {}, headers, body: Buffer.from(body), receivedAt: new Date() };
  const read = smsgate.parseWebhook?.(settings, request);
  expect(read?.kind === 'content' && read.replies[0]?.receivedAt.toISOString()).toBe(instant);
  await using server = await startServer([sms({ createdAt: written })]);
  const session = open(`${server.url}/3rdparty/v1`, { deviceTimeZone });
  await session.whenReady();
  const page = await session.pollReplies?.(null);
  expect(page?.replies.map(({ receivedAt }) => receivedAt.toISOString())).toEqual([instant]);
  await session.close(0);
});
