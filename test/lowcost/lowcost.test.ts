import { expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { phone, SIMS, startApp, until, type App } from '../fixtures/app.ts';
import { timePasses } from '../fixtures/states/time.ts';

const SIM = SIMS[0]?.number ?? '';
const lowcost = (app: App, numbers: number[]) =>
  app.campaign(
    numbers.map((n) => ({ to: phone(n) })),
    { route: 'lowcost', withReplies: false },
  );
const states = async (app: App) =>
  (
    await app.rows<{ to: string; state: string; reason: string | null }>(
      `select to_number as to, state, reason from messages order by to_number`,
    )
  ).map(({ to, state, reason }) => [to, state, reason]);

test('what became of a lowcost message is asked for until it is known', async () => {
  await using app = await startApp({ ways: {}, sweepEveryMs: 2000 });
  app.world.gateway.result(phone(2), 'FAILED');
  app.world.gateway.result(phone(3), 'SENDING');
  await app.ended(await lowcost(app, [1, 2, 3]));
  // Nobody asked in the first minute: the sweep sees to it.
  await timePasses(app.db, '1 minute', { awaited_results: ['next_at'] });
  await until(
    'two results are known',
    async () => (await app.rows(`select from messages where state in ('delivered', 'undelivered')`)).length === 2,
    90_000,
  );
  expect(await states(app)).toEqual([
    [phone(1), 'delivered', null],
    [phone(2), 'undelivered', 'gateway-failed'],
    [phone(3), 'accepted', null],
  ]);
  app.world.gateway.result(phone(3), 'DELIVERED');
  await until('the third is known', async () => (await app.rows(`select from awaited_results`)).length === 0, 90_000);
  expect((await states(app)).map(([, state]) => state)).toEqual(['delivered', 'undelivered', 'delivered']);
}, 240_000);

test('a lowcost STOP counts before the next send, ahead of its night; the reply waits for it', async () => {
  await using app = await startApp({ ways: {} });
  await app.ended(await lowcost(app, [1, 2]));
  const first = await until('phone 1 has it', () => app.world.phones.received.find(({ to }) => to === phone(1)));
  app.world.gateway.receive({ from: phone(1), to: first.from, text: 'STOP' });
  app.world.gateway.receive({ from: phone(2), to: SIM, text: 'Merci' });

  const second = await lowcost(app, [1, 2]);
  await until('it was peeked for', async () => (await app.rows(`select from opt_outs`)).length === 1, 60_000);
  await app.ended(second);
  expect(
    await app.rows(`select to_number, state, reason from messages where campaign_id = $1 and state = 'skipped'`, [
      textOf(second, 'id'),
    ]),
  ).toEqual([{ to_number: phone(1), state: 'skipped', reason: 'opted-out' }]);
  expect(await app.replies()).toEqual([]);
  expect(await app.rows(`select text, peeked from replies where released_at is null order by text`)).toEqual([
    { text: 'Merci', peeked: 'looked-at' },
    { text: 'STOP', peeked: 'obeyed' },
  ]);

  // Lifted by hand before its night: the STOP is shown then, and not obeyed anew.
  await app.account.send('POST', '/v1/opt-outs/lift', { phone: phone(1), reason: 'asked' });
  const asked = await app.operator.send('POST', `/v1/operator/carriers/${app.dinstarId}/sync`, {
    now: new Date(Date.now() + 7 * 3_600_000).toISOString(),
  });
  await until('the sync has ended', async () => {
    const run = await app.operator.get(`/v1/operator/sync-runs/${textOf(asked, 'id')}`);
    return run['endedAt'] !== null;
  });
  await until('both are filed', async () => (await app.rows(`select from replies where filed_at is not null`)).length === 2);
  expect(await app.rows(`select text, opt_out from replies where account_id is not null and keyword = 'stop'`)).toEqual([
    { text: 'STOP', opt_out: true },
  ]);
  expect(await app.rows(`select from opt_outs`)).toEqual([]);
}, 120_000);

test('a gateway that refuses our login is an alarm; with the right password its messages go', async () => {
  await using app = await startApp({ ways: {}, sweepEveryMs: 1000 });
  app.log.expect(/refuses our calls/);
  const setPassword = (password: string) =>
    app.operator.send('PATCH', `/v1/operator/carriers/${app.dinstarId}`, { settings: { password } });
  const open = async () => (await app.operator.get('/v1/operator/alarms?open=true'))['items'];
  await setPassword('not-the-one');
  await until('it is an alarm', async () => JSON.stringify(await open()).includes('login-refused'), 60_000);
  const campaign = await lowcost(app, [1]);
  const calls = app.world.gateway.calls().length;
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(app.world.gateway.calls()).toHaveLength(calls);
  expect(await states(app)).toEqual([[phone(1), 'queued', null]]);
  expect(await open()).toMatchObject([{ kind: 'login-refused', carrier: app.dinstarId, detail: 'http-401' }]);
  await setPassword(app.world.gateway.password);
  await app.ended(campaign);
  expect(app.world.gateway.sent()).toHaveLength(1);
}, 120_000);
