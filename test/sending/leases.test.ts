import { expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { startSmsc } from '../../dev/simulator/smsc.ts';
import { phone, SHORT_CODES, sleep, startApp, until } from '../fixtures/app.ts';
import { startWorkerProcess } from '../fixtures/worker.ts';

const BINDS = 2;

test('two workers share a carrier’s binds: a killed one is replaced in 15 s, never one too many', async () => {
  await using app = await startApp({ env: { ROLE: 'api' }, ways: {}, receipts: 'off' });
  await using smsc = await startSmsc({ systemId: 'two', password: 'two', maxBinds: BINDS });
  const settings = {
    host: '127.0.0.1',
    port: smsc.port,
    systemId: 'two',
    password: 'two',
    maxBinds: BINDS,
    window: 20,
    segmentsPerSecond: 200,
  };
  const carrier = textOf(
    await app.operator.send('POST', '/v1/operator/carriers', { name: 'two-binds', type: 'smpp', settings }),
    'id',
  );
  for (const number of SHORT_CODES)
    await app.operator.send('POST', '/v1/operator/numbers', { number, kind: 'short-code', carrier, country: 'FR' });
  await app.operator.send('POST', '/v1/operator/routes', { carrier });

  let mostBound = 0;
  const watching = setInterval(() => (mostBound = Math.max(mostBound, smsc.bound())), 5);
  await using workers = new AsyncDisposableStack();
  workers.defer(() => clearInterval(watching));
  const env = { CARRIERS: 'two-binds' };
  const started = [await startWorkerProcess(app.config, env), await startWorkerProcess(app.config, env)];
  for (const worker of started) workers.use(worker);
  await until('all binds are there', () => smsc.bound() === BINDS);

  const TOTAL = 2500;
  const campaign = await app.campaign(Array.from({ length: TOTAL }, (_, n) => ({ to: phone(n) })));
  await until('it is under way', () => smsc.submitted.length > 300);
  const [slot] = await app.rows<{ holder: string }>(
    'select holder from carrier_slots where carrier_id = $1 and lease_until > now()',
    [carrier],
  );
  const killed = started.find(({ pid }) => slot?.holder.includes(` ${pid} `));
  const begun = performance.now();
  await killed?.kill('SIGKILL');
  await until('its binds are gone', () => smsc.bound() < BINDS);
  await until('all binds are there again', () => smsc.bound() === BINDS, 30_000);
  expect(performance.now() - begun).toBeLessThan(15_000);
  const before = smsc.submitted.length;
  await until('it goes on', () => smsc.submitted.length > before + 50);

  await until(
    'the campaign has ended',
    async () => (await app.account.get(`/v1/campaigns/${textOf(campaign, 'id')}`))['endedAt'] !== null,
    90_000,
  );
  await sleep(100);
  expect(mostBound).toBe(BINDS);
  expect(smsc.counts.refusedBinds).toBe(0);
  const times = Map.groupBy(smsc.submitted, ({ to }) => to);
  expect([...times.values()].filter((each) => each.length > 1)).toEqual([]);
  const states = await app.rows<{ state: string; count: number }>(
    'select state, count(*)::int as count from messages group by state',
  );
  const count = (state: string) => states.find((row) => row.state === state)?.count ?? 0;
  expect(count('in_doubt')).toBeLessThanOrEqual(BINDS * settings.window);
  expect(count('accepted') + count('in_doubt')).toBe(TOTAL);
}, 180_000);
