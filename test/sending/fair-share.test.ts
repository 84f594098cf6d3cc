import { expect, test } from 'vitest';
import { createKeyedSemaphore } from '../../activities/keyed-semaphore.ts';
import { createRoundRobinQueue } from '../../activities/sending/round-robin-queue.ts';
import { openSimPace } from '../../activities/sending/sim-pace.ts';
import { acquireSlot } from '../../activities/sending/slot-lease.ts';
import { createSendLoop } from '../../activities/sending/send-loop.ts';
import type { CarrierSession, SubmitResult } from '../../carriers/carrier.ts';
import { registry } from '../../carriers/registry.ts';
import { rows } from '../../database/sql.ts';
import { seed } from '../../dev/seed.ts';
import { carriers, startApi } from '../fixtures/api.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { aReply } from '../fixtures/rows.ts';
import { queuedBySim, sentToday } from '../fixtures/states/sending.ts';

test('owners take turns, and what each has stays in its order', () => {
  const queue = createRoundRobinQueue<string>((item) => item.charAt(0));
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.add(item);
  const served: string[] = [];
  for (let item = queue.next(); item !== undefined; item = queue.next()) {
    served.push(item);
    if (item === 'b1') queue.add('b2');
  }
  expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3']);
  expect(queue.size).toBe(0);
});

test('so many at once for each name, and every one has its turn', async () => {
  const places = createKeyedSemaphore(2);
  const running = { a: 0, b: 0 };
  const most = { a: 0, b: 0 };
  const work = async (name: 'a' | 'b') => {
    running[name]++;
    most[name] = Math.max(most[name], running[name]);
    await new Promise(setImmediate);
    running[name]--;
    if (name === 'b') throw new Error('failed');
  };
  const all = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? places('a', () => work('a')) : places('b', () => work('b')))),
  );
  expect(most).toEqual({ a: 2, b: 2 });
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
});

test('on SIMs, one message at a time, the messages of two accounts alternate', async () => {
  await using api = await startApi();
  const { lowcostId } = await carriers(api);
  const { pool } = api.db;
  const slot = await acquireSlot(pool, lowcostId, 0, 'test');
  if (!slot) throw new Error('The slot is taken');
  const store = (accountId: string, count: number) => queuedBySim({ pool }, { accountId, carrierId: lowcostId, port: 0, count });
  const [big, small] = [crypto.randomUUID(), crypto.randomUUID()];
  const order: string[] = [];
  const owner = new Map<string, string>();
  const session: CarrierSession = {
    window: 1,
    whenReady: () => Promise.resolve(),
    submit: (batch) =>
      batch.map(async ({ id }): Promise<SubmitResult> => {
        order.push(owner.get(id) ?? '');
        return { outcome: 'accepted', references: [id] };
      }),
    health: () => ({ state: 'bound', since: new Date(), inFlight: 0, lastError: null }),
    close: () => Promise.resolve(),
  };
  const loop = createSendLoop({ pool, slot, session, log: api.services.log });
  const batches = [await store(big, 40), await store(big, 40), await store(small, 10)];
  const owners = [big, big, small];
  for (const [at, batch] of batches.entries()) for (const { id } of batch) owner.set(id, at === 2 ? 'small' : 'big');
  await Promise.all(batches.map((batch, at) => loop.send(batch, owners[at])));
  await loop.stop();
  expect(order).toHaveLength(90);
  // Every other one, from where the small one came in to its end.
  const first = order.indexOf('small');
  expect(order.slice(first, first + 19)).toEqual(Array.from({ length: 19 }, (_, n) => (n % 2 === 0 ? 'small' : 'big')));
});

test('each SIM keeps its pace; what is too much for its day goes in the morning, restart or not', async () => {
  await using api = await startApi({ registry });
  // Where no day ends while this goes on.
  const timeZone = new Date().getUTCHours() < 12 ? 'Asia/Tokyo' : 'America/New_York';
  const box = await api.asOperator('POST', '/carriers', {
    name: 'box',
    type: 'dinstar',
    settings: { url: 'http://127.0.0.1', username: 'admin', password: 'admin', simSmsPerDay: 6, deviceTimeZone: timeZone },
  });
  const lowcostId = String(box.body.id);
  const { pool } = api.db;
  const slot = await acquireSlot(pool, lowcostId, 0, 'test');
  if (!slot) throw new Error('The slot is taken');
  const limits = { smsPerMinute: 120, smsPerDay: 6, timeZone };
  const account = crypto.randomUUID();
  const store = (port: number, count: number, text = 'x') =>
    queuedBySim({ pool }, { accountId: account, carrierId: lowcostId, port, count, text });
  const written: { port: number | null; at: number }[] = [];
  const session: CarrierSession = {
    window: 128,
    whenReady: () => Promise.resolve(),
    submit: (batch) =>
      batch.map(async ({ id, port, to }): Promise<SubmitResult> => {
        if (to.endsWith('1')) return { outcome: 'throttled', retryAfterMs: 60_000 };
        written.push({ port, at: performance.now() });
        return { outcome: 'accepted', references: [id] };
      }),
    health: () => ({ state: 'bound', since: new Date(), inFlight: 0, lastError: null }),
    close: () => Promise.resolve(),
  };
  const open = async () =>
    createSendLoop({ pool, slot, session, log: api.services.log, pace: await openSimPace(pool, lowcostId, limits) });
  const states = () =>
    rows<{ port: number; state: string; reason: string | null; count: number }>(
      pool,
      'select port, state, reason, count(*)::int from messages where account_id = $1 group by 1, 2, 3 order by 1, 2, 3',
      [account],
    );
  const loop = await open();
  const messages = [...(await store(0, 9)), ...(await store(1, 3))];
  const begun = performance.now();
  await loop.send(messages, account);
  await loop.stop();
  // What the gateway did not take is not counted.
  expect(await states()).toEqual([
    { port: 0, state: 'accepted', reason: null, count: 6 },
    { port: 0, state: 'queued', reason: 'sim-daily-cap', count: 2 },
    { port: 0, state: 'queued', reason: 'throttled', count: 1 },
    { port: 1, state: 'accepted', reason: null, count: 2 },
    { port: 1, state: 'queued', reason: 'throttled', count: 1 },
  ]);
  for (const port of [0, 1]) {
    // Counted from the first: a turn that was slow to be stored makes what is between two of them shorter, and none earlier.
    const times = written.filter((each) => each.port === port).map(({ at }) => at - begun);
    for (const [index, ms] of times.entries()) expect(ms).toBeGreaterThan(index * 500 - 20);
  }
  const mornings = await rows<{ hour: string; days: number }>(
    pool,
    `select to_char(not_before at time zone $1, 'HH24:MI') as hour,
       (not_before at time zone $1)::date - (now() at time zone $1)::date as days
     from messages where reason = 'sim-daily-cap'`,
    [timeZone],
  );
  expect(mornings).toEqual([
    { hour: expect.stringMatching(/^0[78]:(59|00)$/), days: 1 },
    { hour: expect.stringMatching(/^0[78]:(59|00)$/), days: 1 },
  ]);

  // Two of SIM 1's day are used: a message of four SMS fits and one more does not; on SIM 0 nothing does.
  const again = await open();
  const long = await store(1, 3, 'z'.repeat(600));
  await again.send([...(await store(0, 2)).slice(1), ...long.slice(1)], account);
  await again.stop();
  expect((await states()).filter(({ reason }) => reason !== 'throttled')).toEqual([
    { port: 0, state: 'accepted', reason: null, count: 6 },
    { port: 0, state: 'queued', reason: 'sim-daily-cap', count: 3 },
    { port: 0, state: 'queued', reason: null, count: 1 },
    { port: 1, state: 'accepted', reason: null, count: 3 },
    { port: 1, state: 'queued', reason: 'sim-daily-cap', count: 1 },
    { port: 1, state: 'queued', reason: null, count: 1 },
  ]);
  expect((await api.asOperator('GET', `/carriers/${lowcostId}/state`)).body.sims).toEqual([
    { port: 0, sentToday: 6, perDay: 6, silent: false },
    { port: 1, sentToday: 6, perDay: 6, silent: false },
  ]);

  // A hundred SMS and no reply: the state warns of that SIM, until one comes.
  const silent = async () =>
    (await api.asOperator('GET', `/carriers/${lowcostId}/state`)).body.sims.map((sim: { silent: boolean }) => sim.silent);
  await sentToday({ pool }, lowcostId, 100);
  for (const port of [0, 1])
    await api.asOperator('POST', '/numbers', {
      number: `+3360000010${port}`,
      carrier: lowcostId,
      kind: 'sim',
      country: 'FR',
      port,
    });
  expect(await silent()).toEqual([true, true]);
  await aReply(api.db, { accountId: null, carrierId: lowcostId, replyCode: '+33600000100', contentKey: 'one' });
  expect(await silent()).toEqual([false, true]);
});

test('large campaigns leave another account’s hundred alone: out in 5 s at 200 a second', async () => {
  await using app = await startApp({ ways: {}, receipts: 'off', smpp: { segmentsPerSecond: 200 } });
  const other = await seed({ url: app.url, operatorKey: app.operatorKey, name: 'Librairie' });
  const large = Array.from({ length: 3000 }, (_, n) => ({ to: phone(n) }));
  // More batches than any one queue of places: 4 campaigns of 6 batches.
  for (let n = 0; n < 4; n++) await app.campaign(large);
  await until('the large ones are under way', () => app.world.smsc.submitted.length > 400);
  const small = new Set(Array.from({ length: 100 }, (_, n) => `+336990${String(n).padStart(5, '0')}`));
  const before = app.world.smsc.submitted.length;
  await other.account.send(
    'POST',
    '/v1/campaigns',
    {
      name: 'Petite',
      route: 'premium',
      withReplies: true,
      text: 'Bonjour, une réponse ?',
      recipients: [...small].map((to) => ({ to })),
    },
    { 'idempotency-key': crypto.randomUUID() },
  );
  const out = () => app.world.smsc.submitted.filter(({ to }) => small.has(to)).length;
  await until('the hundred are out', () => out() === 100, 60_000);
  // Told by what went out meanwhile, for a machine that is busy sends less in a second.
  const through = app.world.smsc.submitted.findLastIndex(({ to }) => small.has(to));
  expect(through - before).toBeLessThan(5 * 200);
}, 120_000);
