import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createUplinkMonitor, type Sight } from '../../../activities/callbacks/uplink-monitor.ts';
import { newId } from '../../../database/ids.ts';
import { rows } from '../../../database/sql.ts';
import {
  CLOSE_MS,
  failedByTransport,
  uplinkIsDown,
  uplinkIsUp,
  witness,
  type Witness,
} from '../../../domain/callbacks/uplink.ts';
import { itemsOf, textOf } from '../../../dev/seed.ts';
import { answered, states } from '../../fixtures/endpoints.ts';
import { startApp, until } from '../../fixtures/app.ts';
import { startApi } from '../../fixtures/api.ts';

const hosts = (ok: number, failing: number, since = 0): Witness[] => [
  ...Array.from({ length: ok }, () => witness(undefined, true, 0)),
  ...Array.from({ length: failing }, () => ({ ok: false, at: 0, failingSince: since })),
];

test('most of five hosts failing at once is our line; half, four hosts, or old trouble is theirs', () => {
  expect(uplinkIsDown(hosts(2, 3), 0)).toBe(true);
  expect(uplinkIsDown(hosts(3, 3), 0)).toBe(false);
  expect(uplinkIsDown(hosts(0, 4), 0)).toBe(false);
  expect(uplinkIsDown(hosts(0, 50, -CLOSE_MS - 1), 0)).toBe(false);
  expect(uplinkIsDown(hosts(0, 5), CLOSE_MS + 1)).toBe(false);
});

test('hosts that were failing before never make it our line’s fault, however many they are', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.integer({ min: 0, max: 4 }), (old, young) => {
      const all = [...hosts(0, old, -2 * CLOSE_MS), ...hosts(0, young)];
      expect(uplinkIsDown(all, 0)).toBe(false);
    }),
  );
});

test('it is up again when at least half of those tried answer', () => {
  expect([uplinkIsUp(hosts(0, 3), 0), uplinkIsUp(hosts(1, 2), 0), uplinkIsUp(hosts(2, 2), 0)]).toEqual([false, false, true]);
});

test('an attempt that reached a receiver is never our line’s', () => {
  expect(['dns', 'refused'].every((kind) => failedByTransport(kind, false))).toBe(true);
  expect([failedByTransport('timeout', false), failedByTransport('timeout', true), failedByTransport('http_5xx', true)]).toEqual([
    true,
    false,
    false,
  ]);
});

test('an attempt that began while the line was down and fails when it is up again is ours too', async () => {
  await using api = await startApi();
  const { pool } = api.db;
  const line = createUplinkMonitor({ pool, log: pino({ level: 'silent' }), worker: 'test' });
  const sight = (n: number, ok: boolean, startedAt = performance.now()): Sight => ({
    deliveryId: newId(),
    endpointId: newId(),
    attempt: 1,
    url: `https://shop${n}.example/hook`,
    ok,
    class: ok ? 'ok' : 'dns',
    connected: ok,
    startedAt,
  });
  const begun = performance.now();
  expect([1, 2, 3, 4, 5].map((n) => line.observe(sight(n, false)))).toEqual(['theirs', 'theirs', 'theirs', 'theirs', 'ours']);
  expect(line.observe(sight(6, true))).toBe('theirs');
  expect(line.down).toBe(false);
  expect(line.observe(sight(7, false, begun))).toBe('ours');
  expect(line.observe(sight(8, false))).toBe('theirs');
  await until(
    'the outage has ended',
    async () => (await rows(pool, `select from line_outages where ended_at is not null`)).length === 1,
  );
});

test('with name servers gone nothing is spent or blamed, the operator is told, all comes later', async () => {
  let names = true;
  const resolve = async (host: string): Promise<string[]> => {
    if (!names) throw Object.assign(new Error(`queryA ESERVFAIL ${host}`), { code: 'ESERVFAIL' });
    return ['127.0.0.1'];
  };
  await using app = await startApp({ ways: {}, resolve, sweepEveryMs: 1000 });
  for (let n = 0; n < 20; n++) {
    const url = `http://shop${n}.example:${app.world.endpoint.port}/hook/shop${n}`;
    const made = await app.account.send('POST', '/v1/callback-endpoints', { url });
    app.world.endpoint.addSecret(textOf(made, 'secret'));
  }
  // A connection that is kept needs no name.
  app.world.endpoint.behave({ name: '*', mode: 'ok', headers: { connection: 'close' } });
  await answered(app, 1);
  await until('all have the first', async () => (await states(app))['delivered'] === 20);

  names = false;
  await answered(app, 3, 10);
  await until('all is held for our line', async () => (await states(app))['held network'] === 60, 30_000);
  const { linesDown, ...list } = await app.operator.get('/v1/operator/endpoints');
  expect([linesDown, itemsOf(list)]).toEqual([[expect.objectContaining({ endpoints: expect.any(Number) })], []]);
  expect(await app.rows(`select 1 from wanted_runs where name like 'endpoint/%'`)).toEqual([]);

  names = true;
  const back = performance.now();
  await until('all are delivered', async () => (await states(app))['delivered'] === 80, 30_000);
  expect(performance.now() - back).toBeLessThan(30_000);
  expect(await app.rows('select distinct attempts from deliveries')).toEqual([{ attempts: 1 }]);
  expect(await app.rows(`select 1 from callback_endpoints where health <> 'healthy' or (track->>'failures')::int > 0`)).toEqual(
    [],
  );
  expect(await app.rows(`select 1 from events where type like 'endpoint.%'`)).toEqual([]);
  await until(
    'the outage has ended',
    async () => (await app.operator.get('/v1/operator/endpoints'))['linesDown']?.toString() === '',
  );
  const metrics = (await app.metrics()).text;
  expect(metrics).toContain('callback_line_down 0');
  expect(app.world.endpoint.calls).toHaveLength(80);
});
