import { expect, test } from 'vitest';
import { claimDueCallbacks, claimFailedTwice } from '../../../activities/callbacks/claim-callbacks.ts';
import { untilNextDue } from '../../../activities/due-deliveries.ts';
import { newHealth } from '../../../domain/callbacks/endpoint-health.ts';
import { writeHealth } from '../../../database/callbacks/endpoint-health.ts';
import { rows, transaction } from '../../../database/sql.ts';
import { openClient } from '../../../temporal/connect.ts';
import { answered, states } from '../../fixtures/endpoints.ts';
import { anAccount, startApi, type TestAccount } from '../../fixtures/api.ts';
import { startApp, until, type App } from '../../fixtures/app.ts';
import { aDelivery } from '../../fixtures/rows.ts';
import { allTaken, endpointIs, failedAndDue } from '../../fixtures/states/callbacks.ts';
import { timePasses } from '../../fixtures/states/time.ts';

const health = async (shop: TestAccount, id: string): Promise<unknown> =>
  (await shop.call('GET', `/callback-endpoints/${id}/health`)).body.health;

/** The run of the account's endpoint, as Temporal's UI shows it. */
async function runOf(app: App, id: string) {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = app.config;
  const { client, connection } = openClient({ address, namespace, tls: false });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => connection.close());
  const runs = client.workflow.list({ query: `EndpointId='${id}'` });
  const { value: found } = await runs[Symbol.asyncIterator]().next();
  if (!found) return null;
  const handle = client.workflow.getHandle(found.workflowId);
  const [reply] = await app.rows<{ id: string }>('select id from replies');
  return {
    status: found.status.name,
    searchAttributes: found.searchAttributes,
    details: (await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata')).currentDetails ?? '',
    delivery: await handle.query('delivery', reply?.id),
    replyId: reply?.id,
  };
}

test('one reply and two 500s: the endpoint is unsteady, and its run shows it, retries, and ends', async () => {
  await using app = await startApp({ ways: { callback: true }, callbackSchedule: [0, 300, 6000, 6000] });
  const id = app.callback?.id ?? '';
  app.world.endpoint.behave({ name: 'hook', mode: 'status', status: 500, times: 2 });
  await answered(app, 1);
  const run = await until('its run tells', async () => {
    const seen = await runOf(app, id);
    return seen?.details.includes('attempt 2') && seen.searchAttributes['Phase'] && seen;
  });
  expect(run.searchAttributes).toMatchObject({ Phase: ['unsteady'], EndpointId: [id], AccountId: [app.accountId] });
  expect(run.details).toContain(`reply ${run.replyId}: attempt 2 of 4, http_5xx, next 2`);
  expect(run.delivery).toMatchObject({ replyId: run.replyId, attempt: 2, lastFailure: 'http_5xx' });
  expect(run.details).toContain('unsteady, 1 waiting');
  expect(await app.account.get(`/v1/callback-endpoints/${id}/health`)).toMatchObject({ health: 'unsteady' });
  // What is not delivered yet is the run's, not that of the run of retries.
  expect(await claimDueCallbacks(app.db.pool)).toEqual([]);
  await until('it is delivered', async () => (await states(app))['delivered'] === 1);
  await until('its run has ended', async () => (await runOf(app, id))?.status === 'COMPLETED');
  expect(await app.account.get(`/v1/callback-endpoints/${id}/health`)).toMatchObject({ health: 'healthy' });
  expect(app.world.endpoint.calls).toHaveLength(3);
});

test('what an unsteady endpoint’s run leaves for a minute is taken by the run of retries', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { body } = await shop.call('POST', '/callback-endpoints', { url: 'https://shop.example.com/hook' });
  const { pool } = api.db;
  await endpointIs(api.db, body.id, { unsteadySince: 1 });
  const due = { accountId: shop.id, replyId: null, endpointId: String(body.id), nextAt: new Date(Date.now() - 30_000) };
  const once = await aDelivery(api.db, { ...due, attempts: 1 });
  const twice = await aDelivery(api.db, { ...due, attempts: 2 });
  expect(await untilNextDue(pool, 'callback')).toBe(0);
  expect((await claimDueCallbacks(pool)).map(({ id }) => id)).toEqual([once.id]);
  await allTaken(api.db);
  const inMs = await untilNextDue(pool, 'callback');
  expect(inMs).toBeGreaterThan(20_000);
  expect(inMs).toBeLessThanOrEqual(30_000);
  expect(await claimDueCallbacks(pool)).toEqual([]);
  await timePasses(api.db, '31 seconds', { deliveries: ['next_at'] }, { id: twice.id });
  expect((await claimDueCallbacks(pool)).map(({ id }) => id)).toEqual([twice.id]);
  await failedAndDue(api.db, twice.id);
  expect((await claimFailedTwice(pool, String(body.id))).map(({ id, attempt }) => [id, attempt])).toEqual([[twice.id, 4]]);
});

test('a worker of the version before reads unsteady as healthy, and keeps what it does not know', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { body } = await shop.call('POST', '/callback-endpoints', { url: 'https://shop.example.com/hook' });
  const now = { id: String(body.id), accountId: shop.id, lastFailure: null, mistakeToldAt: null };
  const failed = { ...newHealth(0), unsteadySince: 1, failures: 2 };
  await transaction(api.db.pool, (client) => writeHealth(client, [{ ...now, health: failed }]));
  // Its claims, its switches over states and its statements know this column alone.
  expect(await rows(api.db.pool, `select health, track->>'state' as state from callback_endpoints`)).toEqual([
    { health: 'healthy', state: 'healthy' },
  ]);
  expect(await health(shop, now.id)).toBe('unsteady');
  const list = await api.asOperator('GET', '/endpoints?health=unsteady');
  expect(list.body.items).toMatchObject([{ id: now.id, health: 'unsteady' }]);
});
