import { pino } from 'pino';
import { expect, test } from 'vitest';
import { watchCarriers } from '../../activities/carriers/watch-carriers.ts';
import { http } from '../../carriers/http/http.ts';
import { registry } from '../../carriers/registry.ts';
import { rows } from '../../database/sql.ts';
import type { HttpFault } from '../../dev/simulator/http-carrier.ts';
import { startApi, type TestApi } from '../fixtures/api.ts';
import { settingsFor, signed, startTestCarrier } from '../fixtures/http-carrier.ts';
import { relay } from '../fixtures/relay.ts';
import { aMessage, submitAll } from '../fixtures/smpp-session.ts';

const mo = { type: 'mo', id: 'r-1', from: '+33612345678', to: '36111', text: 'Ça me va 🎉', at: '2026-11-24T10:00:00Z' };

/** The API with the real kinds of carriers, and one carrier of this kind. */
async function withCarrier(api: TestApi, changes: object = {}) {
  const settings = { ...settingsFor('https://api.example.com'), ...changes };
  const made = await api.asOperator('POST', '/carriers', { name: 'aggregator', type: 'http', settings });
  return {
    made,
    bring: (request: ReturnType<typeof signed>, id: string = made.body.id) =>
      api.call('POST', `/webhooks/${id}`, { raw: new Uint8Array(request.body), headers: request.headers }),
  };
}

test.for<[HttpFault, object]>([
  [401, { outcome: 'unsent', reason: 'unauthorized' }],
  [302, { outcome: 'unsent', reason: 'http-302' }],
  [402, { outcome: 'rejected', code: 'no' }],
  [429, { outcome: 'throttled', retryAfterMs: 1000 }],
  [500, { outcome: 'unknown', reason: 'oops' }],
  ['refused-in-200', { outcome: 'rejected', code: 'blacklisted' }],
])('an answer of %s is read as the settings say, and a redirect is never followed', async ([fault, expected]) => {
  await using carrier = await startTestCarrier();
  const logged: string[] = [];
  const session = http.open(http.settings.parse(settingsFor(carrier.url)), {
    log: pino({ level: 'trace' }, { write: (line) => void logged.push(line) }),
    events: { onReply: () => Promise.resolve({ acknowledged() {} }), onReceipt: () => Promise.resolve() },
  });
  await using _ = { [Symbol.asyncDispose]: () => session.close(0) };
  carrier.fail(fault);
  expect(await submitAll(session, [aMessage()])).toEqual([expected]);
  expect(carrier.taken).toHaveLength(fault === 500 ? 1 : 0);
  expect(logged.join('').includes('http-login-refused')).toBe(fault === 401 || fault === 302);
  expect(session.health().state).toBe(fault === 401 || fault === 302 ? 'connecting' : 'bound');
});

test('a webhook is answered 200 after its replies are committed, once each, and their run asked', async () => {
  await using api = await startApi({ registry });
  const { bring } = await withCarrier(api);
  const events = [mo, { ...mo, id: 'r-2', text: 'Second' }];
  expect((await bring(signed(events))).status).toBe(200);
  const stored = await rows<{ id: string }>(
    api.db.pool,
    'select id, text, from_number, reply_code, received_at, precision from replies order by text',
  );
  expect(stored).toMatchObject([
    { text: 'Second' },
    { text: mo.text, from_number: mo.from, reply_code: '36111', received_at: new Date(mo.at), precision: 'second' },
  ]);
  expect(api.asked).toEqual([{ what: 'deliverReplies', ids: expect.arrayContaining(stored.map(({ id }) => id)) }]);
  expect((await bring(signed(events))).status).toBe(200);
  expect(await rows(api.db.pool, 'select 1 from replies')).toHaveLength(2);
  expect(api.lines.join('')).not.toMatch(/12345678|va 🎉|Second/);
});

test('what is not signed as agreed, is too old, or can not be read is refused and stored nowhere', async () => {
  await using api = await startApi({ registry });
  const { bring, made } = await withCarrier(api);
  const old = signed([mo], { at: new Date(Date.now() - 400_000) });
  const changed = { ...signed([mo]), body: Buffer.from(JSON.stringify({ events: [{ ...mo, text: 'NON' }] })) };
  expect((await bring(signed([mo], { secret: 'another-secret' }))).status).toBe(401);
  expect((await bring({ ...signed([mo]), headers: {} })).status).toBe(401);
  expect((await bring(old)).status).toBe(401);
  expect((await bring(changed)).status).toBe(401);
  expect((await bring(signed([{ type: 'mo', id: 'r-1' }]))).status).toBe(400);
  expect((await bring(signed([mo]), '00000000-0000-7000-8000-000000000000')).status).toBe(404);
  expect((await bring(signed([mo]), 'no-id')).status).toBe(404);
  expect(made.status).toBe(201);
  expect(await rows(api.db.pool, 'select 1 from replies')).toEqual([]);
});

test('three badly signed requests are an alarm of that carrier alone; one is not', async () => {
  await using api = await startApi({ registry });
  const { bring, made } = await withCarrier(api);
  const forged = () => bring(signed([mo], { secret: 'another-secret' }));
  const alarms = async () => {
    await watchCarriers(api.db.pool, { settled: false });
    return (await api.asOperator('GET', '/alarms')).body.items;
  };
  await forged();
  expect(await alarms()).toEqual([]);
  await Promise.all([forged(), forged()]);
  expect(await alarms()).toMatchObject([{ kind: 'webhooks-refused', carrier: made.body.id, detail: '3', clearedAt: null }]);
});

test('a reply that the database refuses as text is kept as bytes, and its neighbours are stored', async () => {
  await using api = await startApi({ registry });
  const { bring } = await withCarrier(api);
  await rows(api.db.pool, `alter table replies add constraint poison check (text <> 'POISON')`);
  expect(
    (
      await bring(
        signed([
          { ...mo, text: 'POISON' },
          { ...mo, id: 'r-2', text: 'OUI' },
        ]),
      )
    ).status,
  ).toBe(200);
  const stored = await rows(api.db.pool, 'select text, body from replies order by text');
  expect(stored).toEqual([
    { text: '', body: Buffer.from('POISON') },
    { text: 'OUI', body: null },
  ]);
});

test('with the database out of reach a webhook is asked for again', async () => {
  await using line = relay();
  await using api = await startApi({ registry }, { reach: line.open });
  const { bring } = await withCarrier(api);
  await line.cut();
  const answer = await bring(signed([mo]));
  expect(answer).toMatchObject({ status: 503, body: { code: 'try-later' } });
});

test.for<[object, string]>([
  [{ body: { to: '{{phone}}' } }, 'settings.body'],
  [{ body: { text: '{{text}}' } }, 'settings.body'],
  [{ headers: { authorization: 'Basic {{basic}}' } }, 'settings.headers'],
  [{ method: 'GET' }, 'settings.body'],
  [{ webhookSecret: undefined }, 'settings.webhookSecret'],
  [{ token: undefined }, 'settings.token'],
  [{ answer: { reference: 'id', accepted: ['ok'] } }, 'settings.answer.code'],
  [{ url: 'https://{{to}}/x' }, 'settings.url'],
  [{ retryMinMs: 50_000, retryMaxMs: 10 }, 'settings.retryMaxMs'],
  [{ webhook: { signature: { kind: 'query', parameter: 'key' } } }, 'settings.webhook'],
  [
    {
      webhook: {
        signature: { kind: 'hmac-sha256', header: 'x', content: '{{timestamp}}' },
        reply: { from: 'a', to: 'b', text: 'c' },
      },
    },
    'settings.webhook.signature.content',
  ],
])('settings that contradict each other are refused with the name of the field: %o', async ([changes, field]) => {
  await using api = await startApi({ registry });
  const { made } = await withCarrier(api, changes);
  expect(made).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  expect(made.body.errors.map((fault: { field: string }) => fault.field)).toContain(field);
});
