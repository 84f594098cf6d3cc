import { expect, test } from 'vitest';
import { tellGivenUp } from '../../activities/callbacks/tell-given-up.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, startApi, type TestApi, type TestAccount } from '../fixtures/api.ts';
import { aDelivery } from '../fixtures/rows.ts';
import { endpointIs, lastFailed, lastSucceeded } from '../fixtures/states/callbacks.ts';

async function anEndpoint(shop: TestAccount, url: string): Promise<string> {
  return (await shop.call('POST', '/callback-endpoints', { url, types: ['reply.received', 'delivery.exhausted'] })).body.id;
}
/** A delivery that no further attempt is made at. */
async function exhausted(api: TestApi, accountId: string, endpointId: string): Promise<string> {
  const ended = { state: 'exhausted', attempts: 13, finishedAt: new Date(), nextAt: null } as const;
  const { id } = await aDelivery(api.db, { accountId, replyId: null, endpointId, ...ended });
  await lastFailed(api.db, endpointId, 'http_5xx', 500);
  return id;
}
const told = (api: TestApi) =>
  rows<{ type: string; body: string }>(api.db.pool, `select type, body from events where type <> 'reply.received' order by id`);
const mails = async (api: TestApi) =>
  (await rows<{ kind: string }>(api.db.pool, 'select kind from notices order by id')).map(({ kind }) => kind);

test('deliveries given up are told by event and mail, once until the endpoint takes one again', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await api.asOperator('PATCH', `/accounts/${shop.id}/reply-settings`, { emails: [{ address: 'owner@shop.example' }] });
  const endpoint = await anEndpoint(shop, 'https://example.com/one');
  await anEndpoint(shop, 'https://example.com/two');
  const first = await exhausted(api, shop.id, endpoint);
  expect(await tellGivenUp(api.db.pool)).toBe(true);
  const [event] = await told(api);
  expect(JSON.parse(event?.body ?? '')).toMatchObject({
    type: 'delivery.exhausted',
    data: { endpoint: { id: endpoint }, deliveries: { count: 1, first }, lastFailure: { class: 'http_5xx' } },
  });
  expect(await mails(api)).toEqual(['deliveries-exhausted']);
  // Owed to the other endpoint, not to itself.
  expect(
    await rows(api.db.pool, `select endpoint_id from deliveries where state = 'pending' and endpoint_id = $1`, [endpoint]),
  ).toEqual([]);

  await exhausted(api, shop.id, endpoint);
  expect(await tellGivenUp(api.db.pool)).toBe(false);
  await lastSucceeded(api.db, endpoint);
  await exhausted(api, shop.id, endpoint);
  expect(await tellGivenUp(api.db.pool)).toBe(true);
  expect(await mails(api)).toEqual(['deliveries-exhausted', 'deliveries-exhausted']);
});

test('an endpoint that fails for a day is told of though little comes, and so is its recovery', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await api.asOperator('PATCH', `/accounts/${shop.id}/reply-settings`, { emails: [{ address: 'owner@shop.example' }] });
  const endpoint = await anEndpoint(shop, 'https://example.com/one');
  const track = async (hours: number, failures: number) => {
    await endpointIs(api.db, endpoint, { failures, failing: 'several', failingSince: Date.now() - hours * 3_600_000 });
    await lastFailed(api.db, endpoint, 'timeout', null);
  };
  await track(23, 5);
  expect(await tellGivenUp(api.db.pool)).toBe(false);
  await track(25, 5);
  await tellGivenUp(api.db.pool);
  await tellGivenUp(api.db.pool);
  expect((await told(api)).map(({ type }) => type)).toEqual(['endpoint.failing']);
  await endpointIs(api.db, endpoint, {});
  await lastSucceeded(api.db, endpoint);
  await tellGivenUp(api.db.pool);
  await tellGivenUp(api.db.pool);
  expect((await told(api)).map(({ type }) => type)).toEqual(['endpoint.failing', 'endpoint.recovered']);
  expect(await mails(api)).toEqual(['endpoint-failing', 'endpoint-recovered']);
});

test('an operator finds deliveries by each filter, without text or number, and that is audited', async () => {
  await using api = await startApi();
  const [one, two] = [await anAccount(api), await anAccount(api)];
  const [first, second] = [await anEndpoint(one, 'https://example.com/one'), await anEndpoint(two, 'https://example.com/two')];
  const id = await exhausted(api, one.id, first);
  await exhausted(api, two.id, second);
  const ask = async (query: string) => (await api.asOperator('GET', `/deliveries?${query}`)).body.items;
  expect(await ask(`account=${one.id}&state=exhausted&attempts=13`)).toEqual([
    expect.objectContaining({ id, account: one.id, endpointId: first, state: 'exhausted', attempts: 13 }),
  ]);
  expect(await ask(`endpoint=${second}`)).toHaveLength(1);
  expect(await ask('attempts=14')).toEqual([]);
  expect(await ask('')).toHaveLength(2);
  expect(await rows(api.db.pool, `select account_id from audit_log where action = 'deliveries.list' order by id`)).toEqual([
    { account_id: one.id },
    { account_id: null },
    { account_id: null },
    { account_id: null },
  ]);
  expect((await one.call('GET', '/operator/deliveries')).status).toBe(403);
});
