import { expect, test } from 'vitest';
import { readLedger } from '../../database/callbacks/ledger.ts';
import { itemsOf, textOf, type Answer } from '../../dev/seed.ts';
import { phone, startApp, until, type App } from '../fixtures/app.ts';
import { lostDeleted, oneLost } from '../fixtures/states/callbacks.ts';

/** An app whose endpoint failed so many replies for good. */
async function exhausted(count: number): Promise<App & { endpointId: string }> {
  const app = await startApp({ ways: { callback: true }, callbackSchedule: [0] });
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500 });
  await app.campaign(Array.from({ length: count }, (_, index) => ({ to: phone(index) })));
  await until('all phones have it', () => app.world.phones.received.length === count);
  await Promise.all(Array.from({ length: count }, (_, index) => app.world.phones.reply(phone(index), `OUI ${index}`)));
  await until('all are exhausted', async () => (await inState(app, 'exhausted')).length === count);
  const [endpoint] = itemsOf(await app.account.get('/v1/callback-endpoints'));
  return { ...app, endpointId: textOf(endpoint ?? {}, 'id') };
}

const inState = async (app: App, state: string): Promise<Answer[]> =>
  itemsOf(await app.account.get(`/v1/deliveries?limit=100&state=${state}`));

const replay = (app: App & { endpointId: string }, wish: Answer): Promise<Answer> =>
  app.account.send('POST', `/v1/callback-endpoints/${app.endpointId}/replay`, wish);

const over = (app: App, id: string): Promise<Answer> =>
  until(
    'the replay is over',
    async () => {
      const now = await app.account.get(`/v1/replays/${id}`);
      return now['endedAt'] !== null && now;
    },
    // It looks less and less often whether the last has gone.
    40_000,
  );

test('a replay sends the same bytes under the same id, counts, and adds to earlier attempts', async () => {
  await using app = await exhausted(6);
  const before = [...app.world.endpoint.calls];
  app.world.endpoint.clear();
  app.world.endpoint.behave({ name: 'hook', mode: 'ok' });
  expect(await replay(app, { dryRun: true })).toEqual({ dryRun: true, total: 6 });
  expect(await replay(app, { dryRun: true, states: ['delivered'] })).toEqual({ dryRun: true, total: 0 });
  const job = await replay(app, {});
  expect(job).toMatchObject({ total: 6 });
  expect(await over(app, textOf(job, 'id'))).toMatchObject({
    state: 'completed',
    queued: 6,
    skipped: 0,
    waiting: 0,
    delivered: 6,
    failed: 0,
  });
  const bytes = (calls: readonly { id: string; body: string }[]) => new Map(calls.map((call) => [call.id, call.body]));
  expect(bytes(app.world.endpoint.calls)).toEqual(bytes(before));
  expect(app.world.endpoint.calls.map((call) => [call.headers['x-trigger'], call.attempt, call.verified])).toEqual(
    Array.from({ length: 6 }, () => ['replay', 2, true]),
  );
  const [delivery] = await inState(app, 'delivered');
  const attempts = itemsOf(await app.account.get(`/v1/deliveries/${textOf(delivery ?? {}, 'id')}/attempts`));
  expect(attempts.map((each) => [each['number'], each['trigger'], each['class']])).toEqual([
    [1, 'auto', 'http_5xx'],
    [2, 'replay', 'ok'],
  ]);
  expect(await readLedger(app.db.pool)).toEqual({ events: 7, owed: 6, states: { delivered: 6 }, broken: {} });
});

test('what was delivered stays delivered, whatever comes of sending it again, at every moment', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 100] });
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'OUI');
  const delivery = await until('it is delivered', async () => (await inState(app, 'delivered'))[0]);
  const path = `/v1/deliveries/${textOf(delivery, 'id')}`;
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500, latencyMs: 500 });
  await app.account.send('POST', `${path}/retry`);
  await until('it is attempted', async () => {
    expect(await app.account.get(path)).toMatchObject({ state: 'delivered' });
    expect(await inState(app, 'retrying')).toEqual([]);
    return app.world.endpoint.calls[1]?.answered === 500;
  });
  await until('the attempt is recorded', async () => (await app.account.get(path))['lastClass'] === 'http_5xx');
  expect(await app.account.get(path)).toMatchObject({ state: 'delivered', attempts: 2, nextAt: null });
  expect(app.world.endpoint.calls[1]?.headers['x-trigger']).toBe('manual');
  expect(app.world.endpoint.calls).toHaveLength(2);
  expect((await readLedger(app.db.pool)).broken).toEqual({});
});

test('a replay that is cancelled leaves what it has not attempted as it was', async () => {
  await using app = await exhausted(8);
  app.world.endpoint.behave({ name: 'hook', mode: 'ok' });
  const job = await replay(app, { ratePerSecond: 1 });
  const id = textOf(job, 'id');
  await until('the first is delivered', async () => (await inState(app, 'delivered')).length >= 1);
  const cancelled = await app.account.send('POST', `/v1/replays/${id}/cancel`, {});
  expect(cancelled).toMatchObject({ state: 'cancelled' });
  await expect(app.account.send('POST', `/v1/replays/${id}/cancel`, {})).rejects.toThrow(/409/);
  await until('what was on its way has ended', async () => (await inState(app, 'in_flight')).length === 0);
  const [delivered, rest] = [await inState(app, 'delivered'), await inState(app, 'exhausted')];
  expect(delivered.length + rest.length).toBe(8);
  expect(rest.length).toBeGreaterThanOrEqual(2);
  expect((await readLedger(app.db.pool)).broken).toEqual({});
});

test('only a selection is sent again, and a stopped endpoint holds it until it goes on', async () => {
  await using app = await exhausted(3);
  app.world.endpoint.clear();
  app.world.endpoint.behave({ name: 'hook', mode: 'ok' });
  await app.account.send('POST', `/v1/callback-endpoints/${app.endpointId}/pause`, {});
  const [chosen] = await inState(app, 'exhausted');
  const job = await replay(app, { ids: [textOf(chosen ?? {}, 'id')] });
  const held = await until('it is held', async () => (await inState(app, 'held'))[0]);
  expect(held).toMatchObject({ id: chosen?.['id'], heldReason: 'paused' });
  await app.account.send('POST', `/v1/callback-endpoints/${app.endpointId}/resume`, {});
  expect(await over(app, textOf(job, 'id'))).toMatchObject({ total: 1, delivered: 1 });
  expect(app.world.endpoint.calls).toHaveLength(1);
});

// One event more than replies: that two-way SMS was enabled, which nobody here chose to hear of.
test('the ledger names what is missing or made up', async () => {
  await using app = await exhausted(2);
  const states = { exhausted: 2 };
  expect(await readLedger(app.db.pool)).toEqual({ events: 3, owed: 2, states, broken: {} });
  await oneLost(app.db);
  expect((await readLedger(app.db.pool)).broken).toEqual({ 'states nobody knows': 1 });
  await lostDeleted(app.db);
  expect((await readLedger(app.db.pool)).broken).toMatchObject({ 'events owed otherwise': 1 });
});
