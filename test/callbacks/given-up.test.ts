import { expect, test } from 'vitest';
import { tellGivenUp } from '../../activities/callbacks/tell-given-up.ts';
import { newHealth } from '../../domain/callbacks/endpoint-health.ts';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, startApi, type TestApi, type TestAccount } from '../fixtures/api.ts';

async function anEndpoint(shop: TestAccount, url: string): Promise<string> {
  return (await shop.call('POST', '/callback-endpoints', { url, types: ['reply.received', 'delivery.exhausted'] })).body.id;
}
/** A delivery that no further attempt is made at. */
async function exhausted(api: TestApi, accountId: string, endpointId: string): Promise<string> {
  const [id, event] = [newId(), newId()];
  const { pool } = api.db;
  await rows(
    pool,
    `insert into events (id, account_id, type, position, body, created_at) values ($1, $2, 'reply.received', $3, '{}', now())`,
    [event, accountId, Math.floor(Math.random() * 1e9)],
  );
  await rows(
    pool,
    `insert into deliveries (id, account_id, event_id, channel, endpoint_id, state, attempts, run_id, last_class, format, created_at, finished_at)
     values ($1, $2, $3, 'callback', $4, 'exhausted', 13, 'replies/x', 'http_5xx', 'standard', now(), now())`,
    [id, accountId, event, endpointId],
  );
  await rows(pool, `update callback_endpoints set last_failure = $2 where id = $1`, [
    endpointId,
    JSON.stringify({ class: 'http_5xx', status: 500, at: new Date().toISOString() }),
  ]);
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
  await rows(api.db.pool, 'update callback_endpoints set last_success_at = clock_timestamp() where id = $1', [endpoint]);
  await exhausted(api, shop.id, endpoint);
  expect(await tellGivenUp(api.db.pool)).toBe(true);
  expect(await mails(api)).toEqual(['deliveries-exhausted', 'deliveries-exhausted']);
});

test('an endpoint that fails for a day is told of though little comes, and so is its recovery', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await api.asOperator('PATCH', `/accounts/${shop.id}/reply-settings`, { emails: [{ address: 'owner@shop.example' }] });
  const endpoint = await anEndpoint(shop, 'https://example.com/one');
  const track = async (hours: number, failures: number) =>
    rows(api.db.pool, 'update callback_endpoints set track = $2, last_failure = $3 where id = $1', [
      endpoint,
      JSON.stringify({ ...newHealth(0), failures, failing: 'several', failingSince: Date.now() - hours * 3_600_000 }),
      JSON.stringify({ class: 'timeout', status: null, at: new Date().toISOString() }),
    ]);
  await track(23, 5);
  expect(await tellGivenUp(api.db.pool)).toBe(false);
  await track(25, 5);
  await tellGivenUp(api.db.pool);
  await tellGivenUp(api.db.pool);
  expect((await told(api)).map(({ type }) => type)).toEqual(['endpoint.failing']);
  await rows(api.db.pool, 'update callback_endpoints set track = $2, last_success_at = clock_timestamp() where id = $1', [
    endpoint,
    JSON.stringify(newHealth(0)),
  ]);
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
