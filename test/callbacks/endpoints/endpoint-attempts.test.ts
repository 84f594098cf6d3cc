import { expect, test } from 'vitest';
import { claimCallbacks, claimDueCallbacks } from '../../../activities/callbacks/claim-callbacks.ts';
import { itemsOf, textOf } from '../../../dev/seed.ts';
import { answered, healthOf, hurry, PATIENT, states } from '../../fixtures/endpoints.ts';
import { phone, sleep, startApp, until, type App } from '../../fixtures/app.ts';
import { startWorkerProcess } from '../../fixtures/worker.ts';
import { allTaken, owed } from '../../fixtures/states/callbacks.ts';
import { timePasses } from '../../fixtures/states/time.ts';

const owe = (app: App, count: number, fields: { state: string; trigger?: string; dueInSeconds?: number }): Promise<string[]> =>
  owed(app.db, { accountId: app.accountId, endpointId: app.callback?.id ?? '', count, ...fields });
const quiet = { env: { ROLE: 'api' }, ways: { callback: true } } as const;

test('of eight places fresh has four, retries three, replays one; unused ones are lent', async () => {
  await using app = await startApp(quiet);
  const fresh = await owe(app, 20, { state: 'pending', dueInSeconds: 60 });
  await owe(app, 20, { state: 'retrying' });
  await owe(app, 20, { state: 'retrying', trigger: 'replay' });
  const due = await claimDueCallbacks(app.db.pool);
  expect(due.map((each) => each.trigger).toSorted()).toEqual(['auto', 'auto', 'auto', 'replay']);
  expect(await claimCallbacks(app.db.pool, fresh)).toHaveLength(4);
  expect(await claimDueCallbacks(app.db.pool)).toEqual([]);

  // Nobody fresh waits any more: their places are lent.
  await allTaken(app.db);
  expect(await claimDueCallbacks(app.db.pool)).toHaveLength(8);
});

test('places are counted across processes: claims that race never hold more than eight', async () => {
  await using app = await startApp(quiet);
  const fresh = await owe(app, 64, { state: 'pending', dueInSeconds: 60 });
  const claims = await Promise.all(
    Array.from({ length: 8 }, (_, n) => claimCallbacks(app.db.pool, fresh.slice(n * 8, n * 8 + 8))),
  );
  expect(claims.flat()).toHaveLength(8);
});

test('a place is a lease: one of a dead process is free when it runs out, with nobody counting', async () => {
  await using app = await startApp(quiet);
  const first = await owe(app, 8, { state: 'pending', dueInSeconds: 60 });
  expect(await claimCallbacks(app.db.pool, first)).toHaveLength(8);
  const second = await owe(app, 8, { state: 'pending', dueInSeconds: 60 });
  expect(await claimCallbacks(app.db.pool, second)).toHaveLength(0);
  await timePasses(app.db, '1 hour', { deliveries: ['lease_until'] }, { state: 'in_flight' });
  expect(await claimCallbacks(app.db.pool, second)).toHaveLength(8);
});

test('a delivery is claimed once: a page that is tried again finds nothing to claim', async () => {
  await using app = await startApp(quiet);
  const ids = await owe(app, 4, { state: 'pending', dueInSeconds: 60 });
  const claims = await Promise.all([claimCallbacks(app.db.pool, ids), claimCallbacks(app.db.pool, ids)]);
  expect(claims.map((each) => each.length).toSorted((a, b) => a - b)).toEqual([0, 4]);
});

test('a worker killed in an attempt leaves a row that says unknown, and another attempt is made', async () => {
  await using app = await startApp({ env: { ROLE: 'api' }, ways: { callback: true } });
  await app.account.send('PATCH', `/v1/callback-endpoints/${app.callback?.id ?? ''}`, { schedule: [0, 1, 1] });
  app.world.endpoint.behave({ name: 'hook', mode: 'hang', times: 1 });
  await using first = await startWorkerProcess(app.config);
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'OUI');
  await until('an attempt is under way', () => app.world.endpoint.calls[0]);
  await first.kill('SIGKILL');
  await using _ = await startWorkerProcess(app.config);
  await timePasses(app.db, '1 hour', { deliveries: ['lease_until'] }, { state: 'in_flight' });
  await until('it is delivered', async () => (await states(app))['delivered'] === 1, 60_000);
  const attempts = await app.rows<{ class: string; ended: boolean }>(
    `select class, ended_at is not null as ended from delivery_attempts a join deliveries d on d.id = a.delivery_id where d.channel = 'callback' order by started_at`,
  );
  expect(attempts).toEqual([
    { class: 'unknown', ended: false },
    { class: 'ok', ended: true },
  ]);
}, 150_000);

test('a wake-up that comes with the last moments of a drain is not lost', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 20, 20, 20, 20, 20] });
  // Of three replies one fails once: each time the run of retries may just be ending.
  await answered(app, 1);
  for (let n = 1; n < 12; n++) {
    await until(`round ${n} is delivered`, async () => (await states(app))['delivered'] === 3 * n - 2, 15_000);
    await sleep(n * 15);
    app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 503, times: 1 });
    for (let each = 0; each < 3; each++) await app.world.phones.reply(phone(0), `encore ${n}.${each}`);
  }
  await until('the last is delivered', async () => (await states(app))['delivered'] === 34);
  expect((await app.rows<{ sum: number }>('select sum(attempts)::int as sum from deliveries'))[0]?.sum).toBe(34 + 11);
}, 120_000);

test('a probe spends no attempt, and the next takes another delivery: one bad one blocks nothing', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: PATIENT, sweepEveryMs: 1000 });
  const id = app.callback?.id ?? '';
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500 });
  await answered(app, 11);
  await until(
    'it is open and holds all',
    async () => (await healthOf(app, id)) === 'open' && (await states(app))['held breaker'] === 11,
  );
  // From here on it rejects one delivery, the one that is tried first, and would take any other.
  const calls = app.world.endpoint.calls.length;
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 400, times: 1 });
  await hurry(app, id);
  await until('the first was tried', () => app.world.endpoint.calls.length > calls);
  await until('it is recorded', async () => (await states(app))['held breaker'] === 11);
  await hurry(app, id);
  await until('all are delivered', async () => (await states(app))['delivered'] === 11);
  const tried = await app.rows<{ delivery_id: string }>('select delivery_id from delivery_attempts where probe');
  expect(new Set(tried.map((row) => row.delivery_id)).size).toBe(2);
});

test('while an endpoint is open its new replies wait unattempted, and others notice nothing', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: PATIENT });
  const other = await app.account.send('POST', '/v1/callback-endpoints', { url: `${app.world.endpoint.url}/hook/other` });
  app.world.endpoint.addSecret(textOf(other, 'secret'));
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500 });
  await answered(app, 12);
  await until('it is open and holds all', async () => (await states(app))['held breaker'] === 12);
  const failed = app.world.endpoint.calls.filter((call) => call.name === 'hook').length;
  await app.world.phones.reply(phone(0), 'encore');
  await until('the other has it', () => app.world.endpoint.calls.filter((call) => call.name === 'other').length === 13);
  await until('it is held', async () => (await states(app))['held breaker'] === 13);
  expect(app.world.endpoint.calls.filter((call) => call.name === 'hook')).toHaveLength(failed);
  const [held] = itemsOf(await app.account.get(`/v1/deliveries?state=held&limit=1`));
  expect(held).toMatchObject({ attempts: 0, heldReason: 'breaker' });
});

test('a pause holds what comes and a resume sends it, each once', async () => {
  await using app = await startApp({ ways: { callback: true } });
  const id = app.callback?.id ?? '';
  await app.account.send('POST', `/v1/callback-endpoints/${id}/pause`);
  await answered(app, 5);
  await until('all are held', async () => (await states(app))['held paused'] === 5);
  expect(app.world.endpoint.calls).toEqual([]);
  await app.account.send('POST', `/v1/callback-endpoints/${id}/resume`);
  await until('all are delivered', async () => (await states(app))['delivered'] === 5);
  await until('it is healthy', async () => (await healthOf(app, id)) === 'healthy');
  expect(app.world.endpoint.calls).toHaveLength(5);
});

test('a clock that jumps ten years ahead in a worker loses no retry', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 200, 200] });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 503, times: 1 });
  const Right = Date;
  const now = (): number => Right.now() + 10 * 365 * 86_400_000;
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  try {
    globalThis.Date = new Proxy(Right, {
      construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given),
      get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    });
    await app.world.phones.reply(phone(1), 'OUI');
    await until(
      'the first attempt is recorded',
      async () => (await app.rows(`select 1 from deliveries where last_class is not null`))[0],
    );
  } finally {
    globalThis.Date = Right;
  }
  await until('it is delivered', async () => (await states(app))['delivered'] === 1);
  expect(app.world.endpoint.calls).toHaveLength(2);
});
