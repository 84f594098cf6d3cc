import { expect, test } from 'vitest';
import { postAlarms } from '../../activities/carriers/alarm-webhook.ts';
import { watchCarriers } from '../../activities/carriers/watch-carriers.ts';
import { createBeats, type Beat } from '../../activities/sending/line-heartbeats.ts';
import { createGuard } from '../../webhook-client/guard.ts';
import { createPoster } from '../../webhook-client/request.ts';
import { newSecret } from '../../webhook-client/signature.ts';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { User } from '../../database/people/user.ts';
import { startEndpoint } from '../../dev/simulator/endpoint.ts';
import { carriers, startApi } from '../fixtures/api.ts';
import { noCarrier } from '../fixtures/states/carriers.ts';
import { inDoubt } from '../fixtures/states/sending.ts';
import { timePasses } from '../fixtures/states/time.ts';

const healthy: Beat['health'] = { state: 'bound', since: new Date(), inFlight: 3, lastError: null, refused: false };
const refused: Beat['health'] = {
  state: 'connecting',
  since: new Date(),
  inFlight: 0,
  lastError: 'ESME_RINVPASWD',
  refused: true,
};

/** A carrier whose only line is told of by hand, and an operator with an address. */
async function startDesk() {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const { premiumId, lowcostId } = await carriers(api);
  const { pool } = api.db;
  await noCarrier(api.db, lowcostId);
  const em = api.db.em();
  const basis = { id: newId(), email: 'ops@example.com', role: 'operator' as const, account: null, createdAt: new Date() };
  em.create(User, { ...basis, passwordHash: null, totp: null, totpStep: null });
  await em.flush();
  const beat = createBeats(pool, 'worker 1');
  const line = (health: Beat['health'], accepted = 0, epoch = 1): Beat[] => [
    { slot: { carrierId: premiumId, slot: 0, epoch }, window: 10, accepted, health },
  ];
  const running = stack.move();
  return {
    api,
    pool,
    premiumId,
    tell: (health: Beat['health'], accepted?: number) => beat(line(health, accepted)),
    beatAs: (worker: string, health: Beat['health'], epoch: number) => createBeats(pool, worker)(line(health, 0, epoch)),
    /** Makes everything so much older. */
    pass: (interval: string) =>
      timePasses(api.db, interval, {
        carrier_lines: ['bound_at', 'beat_at'],
        carriers: ['created_at'],
        alarms: ['since', 'last', 'post_at'],
        doubts: ['since'],
      }),
    watch: (settled = true) => watchCarriers(pool, { settled }),
    alarms: async (query = '') => (await api.asOperator('GET', `/alarms${query}`)).body.items,
    mails: () => rows<{ kind: string; data: object }>(pool, 'select kind, data from notices order by created_at, id'),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('a refused login is one alarm however often it is seen, told once, and again when over', async () => {
  await using desk = await startDesk();
  await desk.tell(refused);
  expect(await desk.watch()).toBe(true);
  await desk.tell(refused);
  expect(await desk.watch()).toBe(false);
  expect(await desk.alarms('?open=true')).toMatchObject([
    { kind: 'login-refused', carrier: desk.premiumId, name: 'operator-fr', count: 2, detail: 'ESME_RINVPASWD', clearedAt: null },
  ]);
  await desk.tell(healthy);
  await desk.watch();
  expect(await desk.alarms('?open=true')).toHaveLength(1); // A line that flaps is one alarm.
  await desk.pass('6 minutes');
  await desk.tell(healthy);
  await desk.watch();
  expect(await desk.alarms('?open=true')).toEqual([]);
  expect((await desk.mails()).map(({ kind }) => kind)).toEqual(['carrier-alarm', 'carrier-alarm-over']);
  expect(JSON.stringify([await desk.mails(), await desk.alarms()])).not.toContain('secret-of-smsc');
});

test('a carrier without a bound line is down after a minute, whether its worker says so or died', async () => {
  await using desk = await startDesk();
  await desk.watch();
  expect(await desk.alarms()).toEqual([]);
  await desk.tell(healthy);
  await desk.pass('50 seconds');
  await desk.tell({ ...healthy, state: 'connecting', lastError: 'connection refused' });
  await desk.watch();
  expect(await desk.alarms()).toEqual([]);
  await desk.pass('20 seconds');
  await desk.watch();
  expect(await desk.alarms()).toMatchObject([{ kind: 'carrier-down', detail: 'connection refused' }]);
  await desk.pass('10 minutes');
  await desk.watch();
  expect(await desk.alarms()).toHaveLength(1);
});

test('a new worker tells of a refused login at once, and of a missing line when it had its time', async () => {
  await using desk = await startDesk();
  await desk.tell(healthy);
  await desk.pass('10 minutes');
  await desk.watch(false);
  expect(await desk.alarms()).toEqual([]);
  await desk.tell(refused);
  await desk.watch(false);
  expect(await desk.alarms()).toMatchObject([{ kind: 'login-refused' }]);
});

test('a carrier that takes no message is an alarm that says what it answers', async () => {
  await using desk = await startDesk();
  await desk.tell({ ...healthy, refusing: 'ESME_RSYSERR' });
  await desk.watch();
  expect(await desk.alarms('?open=true')).toMatchObject([
    { kind: 'submits-refused', carrier: desk.premiumId, detail: 'ESME_RSYSERR' },
  ]);
  expect(await desk.mails()).toMatchObject([{ kind: 'carrier-alarm', data: { problem: 'submits-refused' } }]);
  await desk.pass('6 minutes');
  await desk.tell(healthy);
  await desk.watch();
  expect(await desk.alarms('?open=true')).toEqual([]);
});

test('doubts that grow are an alarm, a few are not', async () => {
  await using desk = await startDesk();
  await desk.tell(healthy);
  const doubt = (count: number) => inDoubt(desk, desk.premiumId, count);
  await doubt(99);
  await desk.watch();
  expect(await desk.alarms()).toEqual([]);
  await doubt(1);
  await desk.watch();
  expect(await desk.alarms()).toMatchObject([{ kind: 'doubts-growing', detail: '100' }]);
});

test('the alarm webhook is told of each change once, signed; while down it is tried ever less', async () => {
  await using desk = await startDesk();
  const secret = newSecret();
  await using endpoint = await startEndpoint({ secrets: [secret] });
  const guard = createGuard({ allowHttp: true, ports: 'any', allowCidrs: ['127.0.0.0/8'] });
  const poster = createPoster({ guard });
  const webhook = { url: `${endpoint.url}/hook`, secret };
  const post = () => postAlarms({ pool: desk.pool, log: desk.api.services.log, poster, webhook });
  endpoint.behave({ mode: 'status', status: 503, times: 2 });
  await desk.tell(refused);
  await desk.watch();
  await post();
  await post();
  expect(endpoint.calls).toHaveLength(1);
  await desk.pass('61 seconds');
  await post();
  expect(endpoint.calls).toHaveLength(2);
  await desk.pass('61 seconds');
  await post();
  expect(endpoint.calls).toHaveLength(2);
  await desk.pass('2 minutes');
  await post();
  await post();
  expect(endpoint.calls).toHaveLength(3);
  expect(await desk.alarms()).toMatchObject([{ posted: 'raised' }]);
  const [call] = endpoint.calls.slice(-1);
  const body = JSON.parse(call?.body ?? '{}');
  expect(body).toMatchObject({
    type: 'alarm.raised',
    data: { alarm: { kind: 'login-refused' }, carrier: { name: 'operator-fr' } },
  });
  expect(endpoint.calls.every(({ verified }) => verified)).toBe(true);
  expect(new Set(endpoint.calls.map(({ id }) => id)).size).toBe(1);

  await desk.pass('6 minutes');
  await desk.tell(healthy);
  await desk.watch();
  await post();
  await post();
  expect(JSON.parse(endpoint.calls[3]?.body ?? '{}')).toMatchObject({ type: 'alarm.cleared' });
  expect(endpoint.calls).toHaveLength(4);
  await poster.close();
});

test('an address that the guard refuses is never called', async () => {
  await using desk = await startDesk();
  await using endpoint = await startEndpoint();
  const poster = createPoster({ guard: createGuard({ allowHttp: true, ports: 'any', allowCidrs: [] }) });
  await desk.tell(refused);
  await desk.watch();
  await postAlarms({ pool: desk.pool, log: desk.api.services.log, poster, webhook: { url: endpoint.url, secret: newSecret() } });
  expect(endpoint.calls).toEqual([]);
  await poster.close();
});

test('a carrier’s state is what each line’s holder tells; one without its lease is not believed', async () => {
  await using desk = await startDesk();
  const state = async () => (await desk.api.asOperator('GET', `/carriers/${desk.premiumId}/state`)).body;
  expect(await state()).toMatchObject({ state: 'down', lines: [], submitting: 0 });
  await desk.tell(healthy, 0);
  await desk.tell(healthy, 500);
  expect(await state()).toMatchObject({
    state: 'up',
    lines: [{ slot: 0, worker: 'worker 1', live: true, state: 'bound', windowUsed: 3, window: 10, accepted: 500 }],
  });
  expect((await state()).perSecond).toBeGreaterThan(0);
  await desk.beatAs('worker 2', healthy, 2);
  await desk.beatAs('worker 1', refused, 1);
  expect(await state()).toMatchObject({ lines: [{ worker: 'worker 2', refused: false }] });
  await desk.pass('20 seconds');
  expect(await state()).toMatchObject({ state: 'down', perSecond: 0, lines: [{ live: false, windowUsed: 0 }] });
  expect((await desk.api.asOperator('GET', `/carriers/${newId()}/state`)).status).toBe(404);
});

test('an operator pauses and resumes a carrier, by name; its workers hear with their next word', async () => {
  await using desk = await startDesk();
  const act = async (what: string) => (await desk.api.asOperator('POST', `/carriers/${desk.premiumId}/${what}`)).body;
  expect(await desk.tell(healthy)).toEqual(new Set());
  const paused = await act('pause');
  expect(paused).toMatchObject({ state: 'paused' });
  expect(await act('pause')).toMatchObject({ pausedAt: paused.pausedAt });
  expect(await desk.tell(healthy)).toEqual(new Set([desk.premiumId]));
  expect(await act('resume')).toMatchObject({ state: 'up', pausedAt: null });
  expect(await desk.tell(healthy)).toEqual(new Set());
  expect(
    await rows(
      desk.pool,
      `select action from audit_log where action like 'carrier.%e' and action <> 'carrier.create' order by id`,
    ),
  ).toEqual([{ action: 'carrier.pause' }, { action: 'carrier.pause' }, { action: 'carrier.resume' }]);
});
