import { expect, test } from 'vitest';
import { createBeats } from '../../activities/sending/line-heartbeats.ts';
import { failOverQueued } from '../../activities/sending/failover.ts';
import { acquireSlot } from '../../activities/sending/slot-lease.ts';
import { settleAndClaim } from '../../activities/sending/claim-and-settle.ts';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { carriersFor, type RouteRule } from '../../domain/carriers/routing.ts';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { startSmsc } from '../../dev/simulator/smsc.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { phone, SHORT_CODES, startApp, until } from '../fixtures/app.ts';
import { boundToCarrier } from '../fixtures/states/sending.ts';
import { timePasses } from '../fixtures/states/time.ts';

const any = { country: null, accountId: null, priority: 100, share: 100 };
const all = () => true;

test.each<[string, Partial<RouteRule>[], string[]]>([
  [
    'the lowest priority is first',
    [
      { carrierId: 'b', priority: 2 },
      { carrierId: 'a', priority: 1 },
    ],
    ['a', 'b'],
  ],
  [
    'a country comes before all',
    [
      { carrierId: 'a', priority: 1 },
      { carrierId: 'b', country: 'FR', priority: 9 },
    ],
    ['b', 'a'],
  ],
  [
    'an account comes before a country',
    [
      { carrierId: 'a', country: 'FR' },
      { carrierId: 'b', accountId: 'me' },
    ],
    ['b', 'a'],
  ],
  [
    'an account and a country before both',
    [
      { carrierId: 'a', accountId: 'me' },
      { carrierId: 'b', accountId: 'me', country: 'FR' },
    ],
    ['b', 'a'],
  ],
  [
    'what is said of others says nothing here',
    [
      { carrierId: 'a', country: 'BE' },
      { carrierId: 'b', accountId: 'other' },
    ],
    [],
  ],
  [
    'a share of none is for when the others can not',
    [
      { carrierId: 'a', share: 0 },
      { carrierId: 'b', share: 1 },
    ],
    ['b', 'a'],
  ],
])('of the routing table, %s', (_, rules, expected) => {
  const table = rules.map((rule) => ({ ...any, carrierId: '', ...rule }));
  expect(carriersFor(table, { accountId: 'me', country: 'FR', turn: 3 }, all)).toEqual(expected);
});

test('carriers that share divide what there is, evenly from the start; one that is down has none', () => {
  const table = [
    { ...any, carrierId: 'a', share: 70 },
    { ...any, carrierId: 'b', share: 30 },
  ];
  const first = (turn: number, up: (id: string) => boolean) =>
    carriersFor(table, { accountId: 'me', country: 'FR', turn }, up)[0];
  for (const many of [100, 1000]) {
    const a = Array.from({ length: many }, (_, turn) => first(turn, all)).filter((id) => id === 'a').length;
    expect(Math.abs(a / many - 0.7)).toBeLessThan(0.03);
  }
  expect(new Set(Array.from({ length: 50 }, (_, turn) => first(turn, (id) => id !== 'a')))).toEqual(new Set(['b']));
});

/** Two carriers of the premium route, a and b, each with a short code for France and b with one for Belgium, and a table. */
async function startDesk() {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const carrier = async (name: string) => {
    const made = await api.asOperator('POST', '/carriers', {
      name,
      type: 'test-operator',
      settings: { host: 'smsc', password: 'x' },
    });
    return String(made.body.id);
  };
  const [a, b] = [await carrier('a'), await carrier('b')];
  const number = (id: string, code: string, country: string) =>
    api.asOperator('POST', '/numbers', { number: code, kind: 'short-code', carrier: id, country });
  await number(a, '36200', 'FR');
  await number(b, '36200', 'FR');
  await number(b, '38000', 'BE');
  const route = (fields: object) => api.asOperator('POST', '/routes', fields);
  const shop = await anAccount(api);
  const beats = createBeats(api.db.pool, 'worker');
  const running = stack.move();
  return {
    api,
    pool: api.db.pool,
    a,
    b,
    shop,
    route,
    tell: (id: string, state: 'bound' | 'connecting') =>
      beats([
        {
          slot: { carrierId: id, slot: 0, epoch: 1 },
          window: 10,
          accepted: 0,
          health: { state, since: new Date(), inFlight: 0, lastError: null },
        },
      ]),
    /** As if its line had not been seen bound for an hour. */
    cut: (id: string) => timePasses(api.db, '1 hour', { carrier_lines: ['bound_at'] }, { carrier_id: id }),
    campaign: (recipients: object[], fields: object = {}) =>
      shop.call(
        'POST',
        '/campaigns',
        { name: 'Samedi', route: 'premium', withReplies: true, text: 'Serez-vous là ?', recipients, ...fields },
        { 'idempotency-key': newId() },
      ),
    sent: () =>
      rows<{ id: string; to: string; carrier_id: string }>(
        api.db.pool,
        'select id, to_number as "to", carrier_id from messages order by campaign_id, row',
      ),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const FR = { to: '+33612000001' };
const BE = { to: '+32470123456' };

test('without a table a route’s first carrier serves it; with one, each country’s own carrier', async () => {
  await using desk = await startDesk();
  expect((await desk.campaign([FR])).status).toBe(202);
  expect(await desk.sent()).toMatchObject([{ carrier_id: desk.a }]);
  expect((await desk.route({ carrier: desk.a })).status).toBe(201);
  expect((await desk.route({ carrier: desk.b, country: 'BE', priority: 1 })).status).toBe(201);
  expect((await desk.campaign([FR, BE])).status).toBe(202);
  expect((await desk.sent()).slice(1)).toMatchObject([{ carrier_id: desk.a }, { carrier_id: desk.b }]);
  const [campaign] = await rows<{ carrier_ids: string[] }>(
    desk.pool,
    'select carrier_ids from campaigns order by id desc limit 1',
  );
  expect(new Set(campaign?.carrier_ids)).toEqual(new Set([desk.a, desk.b]));
});

test('a carrier that is down or paused gets nothing new while another of the table can', async () => {
  await using desk = await startDesk();
  await desk.route({ carrier: desk.a, priority: 1 });
  await desk.route({ carrier: desk.b, priority: 2 });
  await desk.tell(desk.a, 'bound');
  await desk.tell(desk.b, 'bound');
  await desk.campaign([FR]);
  await desk.api.asOperator('POST', `/carriers/${desk.a}/pause`);
  await desk.campaign([FR]);
  await desk.api.asOperator('POST', `/carriers/${desk.a}/resume`);
  await desk.cut(desk.a);
  await desk.campaign([FR]);
  await desk.cut(desk.b);
  await desk.campaign([FR]);
  expect((await desk.sent()).map(({ carrier_id: id }) => (id === desk.a ? 'a' : 'b'))).toEqual(['a', 'b', 'b', 'a']);
});

test('what waits for a carrier that is down goes by another, but never what was ever submitted', async () => {
  await using desk = await startDesk();
  await desk.tell(desk.a, 'bound');
  await desk.tell(desk.b, 'bound');
  await desk.campaign([FR, { to: '+33612000002' }, { to: '+33612000003' }, { to: '+33612000004' }]);
  const [first, second, third, fourth] = await desk.sent();
  if (!first || !second || !third || !fourth) throw new Error('There are four');
  const slot = await acquireSlot(desk.pool, desk.a, 0, 'test');
  if (!slot) throw new Error('The slot is taken');
  const ids = [first.id, second.id, third.id];
  await settleAndClaim(desk.pool, slot, { wanted: ids });
  // One in doubt, one throttled, one on its way: all three may be or were with the carrier.
  await settleAndClaim(desk.pool, slot, {
    window: [third.id],
    settled: [
      { id: first.id, result: { outcome: 'unknown', reason: 'cut' } },
      { id: second.id, result: { outcome: 'throttled', retryAfterMs: 0 } },
    ],
  });
  await desk.cut(desk.a);
  expect(await failOverQueued(desk.pool)).toEqual([]); // The table says nothing yet.
  await desk.route({ carrier: desk.a, priority: 1 });
  await desk.route({ carrier: desk.b, priority: 2 });
  expect(await failOverQueued(desk.pool)).toHaveLength(1);
  expect(await failOverQueued(desk.pool)).toEqual([]);
  expect((await desk.sent()).map(({ carrier_id: id }) => (id === desk.a ? 'a' : 'b'))).toEqual(['a', 'a', 'a', 'b']);
  // The dead carrier's slot can't claim what is no longer its.
  expect(await settleAndClaim(desk.pool, slot, { wanted: [fourth.id] })).toEqual([]);
});

test('a message whose number the other carrier does not have stays, and so does one of a SIM', async () => {
  await using desk = await startDesk();
  await desk.tell(desk.a, 'bound');
  await desk.tell(desk.b, 'bound');
  await desk.campaign([FR, { to: '+33612000002' }]);
  const [own] = await desk.sent();
  await boundToCarrier(desk, own?.id ?? '');
  await desk.route({ carrier: desk.a, priority: 1 });
  await desk.route({ carrier: desk.b, priority: 2 });
  await desk.cut(desk.a);
  expect(await failOverQueued(desk.pool)).toEqual([]);
  expect((await desk.sent()).every(({ carrier_id: id }) => id === desk.a)).toBe(true);
});

test('the table is an operator’s: each line once, of things that exist', async () => {
  await using desk = await startDesk();
  const made = await desk.route({ carrier: desk.a, country: 'FR', account: desk.shop.id, priority: 3, share: 20 });
  expect(made).toMatchObject({
    status: 201,
    body: { route: 'premium', country: 'FR', account: desk.shop.id, priority: 3, share: 20 },
  });
  expect((await desk.route({ carrier: desk.a, country: 'FR', account: desk.shop.id })).status).toBe(409);
  expect((await desk.route({ carrier: newId() })).body.errors).toMatchObject([{ field: 'carrier' }]);
  expect((await desk.route({ carrier: desk.a, account: newId() })).body.errors).toMatchObject([{ field: 'account' }]);
  expect((await desk.route({ carrier: desk.a, country: 'France' })).body.errors).toMatchObject([{ field: 'country' }]);
  expect((await desk.api.asOperator('GET', '/routes')).body.items).toEqual([made.body]);
  expect((await desk.api.asOperator('DELETE', `/routes/${String(made.body.id)}`)).status).toBe(204);
  expect((await desk.api.asOperator('GET', '/routes')).body.items).toEqual([]);
  expect((await desk.api.asOperator('DELETE', `/routes/${String(made.body.id)}`)).status).toBe(404);
});

test('a campaign by two carriers ends; when one stops the rest goes by the other, each once', async () => {
  await using app = await startApp({ ways: {}, receipts: 'off', smpp: { segmentsPerSecond: 100 } });
  await using second = await startSmsc({ systemId: 'second', password: 'second' });
  const b = textOf(
    await app.operator.send('POST', '/v1/operator/carriers', {
      name: 'second',
      type: 'smpp',
      settings: { host: '127.0.0.1', port: second.port, systemId: 'second', password: 'second', window: 100 },
    }),
    'id',
  );
  for (const number of SHORT_CODES)
    await app.operator.send('POST', '/v1/operator/numbers', { number, kind: 'short-code', carrier: b, country: 'FR' });
  const a = app.smppId ?? '';
  for (const carrier of [a, b]) await app.operator.send('POST', '/v1/operator/routes', { carrier });
  await until('both are up', async () => {
    const states = await Promise.all([a, b].map((carrier) => app.operator.get(`/v1/operator/carriers/${carrier}/state`)));
    return states.every(({ state }) => state === 'up');
  });
  const campaign = await app.campaign(Array.from({ length: 2000 }, (_, n) => ({ to: phone(n) })));
  await until('both send', () => app.world.smsc.submitted.length > 50 && second.submitted.length > 50);
  await app.operator.send('POST', `/v1/operator/carriers/${a}/pause`, {});
  await until('it has stopped', async () => {
    const before = app.world.smsc.submitted.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return app.world.smsc.submitted.length === before;
  });
  expect(await failOverQueued(app.db.pool)).toEqual([campaign['id']]);
  await app.account.send('POST', `/v1/campaigns/${textOf(campaign, 'id')}/pause`, {});
  await app.account.send('POST', `/v1/campaigns/${textOf(campaign, 'id')}/resume`, {});
  const out = () => [...app.world.smsc.submitted, ...second.submitted].map(({ to }) => to);
  await until('all are out', async () => (await app.rows(`select 1 from messages where state = 'queued'`)).length === 0, 60_000);
  await app.ended(campaign);
  const times = Map.groupBy(out(), (to) => to);
  expect([...times.values()].filter((each) => each.length > 1)).toEqual([]);
  expect(itemsOf(await app.operator.get('/v1/operator/routes'))).toHaveLength(2);
}, 180_000);
