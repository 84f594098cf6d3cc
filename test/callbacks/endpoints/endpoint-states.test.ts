import { expect, test } from 'vitest';
import { reclaimDead } from '../../../activities/due-deliveries.ts';
import { holdForTrouble } from '../../../activities/callbacks/hold-callbacks.ts';
import { abortLeft } from '../../../database/callbacks/change-endpoint.ts';
import { newId } from '../../../database/ids.ts';
import { type Health } from '../../../domain/callbacks/endpoint-health.ts';
import { anAccount, startApi, type TestAccount, type TestApi } from '../../fixtures/api.ts';
import { aDelivery } from '../../fixtures/rows.ts';
import { endpointIs, lastFailed, linesDown } from '../../fixtures/states/callbacks.ts';

const HOUR = 3_600_000;

async function anEndpoint(shop: TestAccount): Promise<string> {
  return (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body.id;
}
const put = (api: TestApi, id: string, health: Partial<Health>): Promise<unknown> =>
  endpointIs(api.db, id, { since: Date.now(), ...health });

test('a pause holds and a resume goes on; both wake the run; the impossible is told what is not', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const id = await anEndpoint(shop);
  const post = (what: string, body?: unknown) => shop.call('POST', `/callback-endpoints/${id}/${what}`, body);
  expect((await post('pause')).body.health).toBe('paused');
  expect((await post('pause')).body.health).toBe('paused');
  expect(await post('enable', { resume: 'all' })).toMatchObject({
    status: 409,
    body: { code: 'conflict', detail: expect.stringContaining('resume') },
  });
  expect((await post('resume')).body.health).toBe('recovering');
  expect((await post('resume')).status).toBe(409);
  expect(api.asked.filter((each) => each.what === 'recoverEndpoint')).toHaveLength(3);
  await put(api, id, { state: 'disabled' });
  expect(await post('pause')).toMatchObject({ status: 409, body: { detail: expect.stringContaining('disabled') } });
});

test.each([
  ['all', { resume: 'all' }, ['held', 'held']],
  ['what came since an hour ago', { resume: 'since', since: new Date(Date.now() - HOUR).toISOString() }, ['aborted', 'held']],
  ['none', { resume: 'none' }, ['aborted', 'aborted']],
])('enabling takes up %s of what was held; the rest is aborted and stays listed', async (_, body, states) => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const id = await anEndpoint(shop);
  await put(api, id, { state: 'disabled', failures: 40, failing: 'several', openedAt: 1, told: 3 });
  const owed = {
    accountId: shop.id,
    replyId: null,
    endpointId: id,
    state: 'held',
    heldReason: 'disabled',
    nextAt: null,
  } as const;
  await aDelivery(api.db, { ...owed, createdAt: new Date(Date.now() - 48 * HOUR) });
  await aDelivery(api.db, { ...owed });
  const enabled = await shop.call('POST', `/callback-endpoints/${id}/enable`, body);
  expect([enabled.status, enabled.body.health]).toEqual([200, 'open']);
  const { items } = (await shop.call('GET', `/deliveries?endpoint=${id}`)).body;
  expect(items.map((each: { state: string }) => each.state).toReversed()).toEqual(states);
});

test('the run of an endpoint in trouble hears of the first that waits only; stopped, it has none', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const id = await anEndpoint(shop);
  const hold = async () => {
    const delivery = await aDelivery(api.db, { accountId: shop.id, replyId: null, endpointId: id, state: 'pending' });
    const woken = await holdForTrouble(api.db.pool, [delivery.id]);
    return { woken, held: (await shop.call('GET', `/deliveries/${delivery.id}`)).body.heldReason };
  };
  await put(api, id, { state: 'open', failures: 40, failing: 'several', openedAt: Date.now() });
  expect(await hold()).toEqual({ woken: [id], held: 'breaker' });
  expect(await hold()).toEqual({ woken: [], held: 'breaker' });
  await put(api, id, { state: 'paused' });
  expect(await hold()).toEqual({ woken: [], held: 'paused' });
  await put(api, id, { state: 'healthy' });
  expect(await hold()).toEqual({ woken: [], held: null });
});

test('an attempt under way when its endpoint was deleted leaves nothing that waits for ever', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const [id, claim] = [await anEndpoint(shop), newId()];
  const owed = { accountId: shop.id, replyId: null, endpointId: id };
  const leaseUntil = new Date(Date.now() - 1000);
  await aDelivery(api.db, { ...owed, state: 'in_flight', claim, leaseUntil, nextAt: null });
  await aDelivery(api.db, { ...owed, state: 'retrying' });
  expect((await shop.call('DELETE', `/callback-endpoints/${id}`)).status).toBe(204);
  expect(await reclaimDead(api.db.pool)).toBe(1);
  expect(await abortLeft(api.db.pool)).toBe(1);
  const { items } = (await shop.call('GET', '/deliveries')).body;
  expect(items.map((each: { state: string }) => each.state)).toEqual(['aborted', 'aborted']);
});

test('enabling since without a time is refused, and nothing is given up', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const id = await anEndpoint(shop);
  await put(api, id, { state: 'gone' });
  const { status, body } = await shop.call('POST', `/callback-endpoints/${id}/enable`, { resume: 'since' });
  expect([status, body.errors[0].field]).toEqual([400, 'since']);
  expect((await shop.call('GET', `/callback-endpoints/${id}`)).body.health).toBe('gone');
});

test('an endpoint’s health says what waits, what failed last, in plain words, and what is next', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const id = await anEndpoint(shop);
  expect((await shop.call('GET', `/callback-endpoints/${id}/health`)).body).toMatchObject({
    health: 'healthy',
    places: 8,
    misconfigured: false,
    oldestWaitingSince: null,
    nextTryAt: null,
    disabledAt: null,
  });
  const began = Date.now() - 30 * HOUR;
  await put(api, id, {
    state: 'open',
    since: began,
    openedAt: began,
    failingSince: began,
    failures: 25,
    failing: 'several',
    nextProbeAt: Date.now() + 60_000,
  });
  await lastFailed(api.db, id, 'refused', null, new Date('2026-11-24T11:00:00.000Z'));
  for (const state of ['held', 'retrying', 'delivered'] as const)
    await aDelivery(api.db, { accountId: shop.id, replyId: null, endpointId: id, state });
  const { body } = await shop.call('GET', `/callback-endpoints/${id}/health`);
  expect(body).toMatchObject({
    health: 'open',
    waiting: { held: 1, retrying: 1, pending: 0, inFlight: 0 },
    lastFailure: { class: 'unreachable', status: null },
    failuresInARow: 25,
    places: 1,
    nextTryAt: expect.any(String),
    disabledAt: new Date(began + 120 * HOUR).toISOString(),
  });
});

test('an operator sees endpoints in trouble, in plain words, and workers whose own line is down', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const [well, ill] = [await anEndpoint(shop), await anEndpoint(shop)];
  await put(api, ill, { state: 'open', failures: 12 });
  await lastFailed(api.db, ill, 'refused', null, new Date('2026-11-24T11:00:00.000Z'));
  await linesDown(api.db);
  const { body } = await api.asOperator('GET', '/endpoints');
  expect(body.items).toEqual([
    expect.objectContaining({
      id: ill,
      account: shop.id,
      health: 'open',
      failuresInARow: 12,
      lastFailure: expect.objectContaining({ class: 'refused' }),
      runId: `endpoint/${ill}`,
    }),
  ]);
  expect(body.linesDown).toEqual([{ worker: 'w1', since: expect.any(String), endpoints: 500 }]);
  expect((await api.asOperator('GET', '/endpoints?health=healthy')).body.items.map((each: { id: string }) => each.id)).toEqual([
    well,
  ]);
});
