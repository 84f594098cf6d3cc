import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi, type TestAccount } from '../fixtures/api.ts';
import { keysStolen, requestCutOff } from '../fixtures/states/sending.ts';
import { timePasses } from '../fixtures/states/time.ts';

const campaign = { name: 'Samedi', route: 'premium', sender: 'Boutique', text: 'Soldes', recipients: [{ to: '+33612000001' }] };
const send = (shop: TestAccount, key: string, body: unknown = campaign) =>
  shop.call('POST', '/campaigns', body, { 'idempotency-key': key });

test('the same key and body get the very same answer, and the campaign exists once', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const [first, second] = [await send(shop, 'k-1'), await send(shop, 'k-1')];
  expect([second.status, second.text]).toEqual([202, first.text]);
  expect([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')]).toEqual([null, 'true']);
  expect(await rows(api.db.pool, 'select count(*)::int as count from messages')).toEqual([{ count: 1 }]);
  expect(api.asked.filter(({ what }) => what === 'sendCampaign')).toHaveLength(1);
});

test('another body, or another route, under a used key is refused', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  await send(shop, 'k-1');
  expect(await send(shop, 'k-1', { ...campaign, name: 'Dimanche' })).toMatchObject({
    status: 422,
    body: { code: 'idempotency-key-reused' },
  });
  const message = await shop.call('POST', '/messages', campaign, { 'idempotency-key': 'k-1' });
  expect(message).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
});

test('of many equal requests at once one is done; the others wait for, or get, its answer', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const answers = await Promise.all(Array.from({ length: 12 }, () => send(shop, 'k-1')));
  const accepted = answers.filter(({ status }) => status === 202);
  expect(new Set(accepted.map(({ text }) => text)).size).toBe(1);
  const refused = answers.filter(({ status }) => status !== 202);
  for (const { status, body, headers } of refused) {
    expect([status, body.code, headers.get('retry-after')]).toEqual([409, 'idempotency-key-in-flight', '2']);
  }
  expect(await rows(api.db.pool, 'select count(*)::int as count from campaigns')).toEqual([{ count: 1 }]);
});

test('a key that a crash left is in flight until its lease ends, and can then be tried again', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  await send(shop, 'k-1');
  await requestCutOff(api.db);
  expect(await send(shop, 'k-1')).toMatchObject({ status: 409, body: { code: 'idempotency-key-in-flight' } });
  await timePasses(api.db, '1 hour', { idempotency_keys: ['locked_until'] });
  expect((await send(shop, 'k-1')).status).toBe(202);
  expect((await send(shop, 'k-1')).headers.get('idempotent-replayed')).toBe('true');
});

test('a request that outlived its lease stores nothing once another has taken its key', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  // The lease is another's from the moment it is taken.
  await keysStolen(api.db);
  expect((await send(shop, 'k-1')).status).toBe(409);
  expect(await rows(api.db.pool, 'select id from campaigns union all select id from messages')).toEqual([]);
});

test('a refused request frees its key', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  expect((await send(shop, 'k-1', { ...campaign, recipients: [{ to: 'nobody' }] })).status).toBe(422);
  expect((await send(shop, 'k-1', { ...campaign, colour: 'red' })).status).toBe(400);
  expect((await send(shop, 'k-1')).status).toBe(202);
});

test('after thirty days a key is free again', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  await send(shop, 'k-1');
  await timePasses(api.db, '31 days', { idempotency_keys: ['created_at'] });
  const again = await send(shop, 'k-1', { ...campaign, name: 'Dimanche' });
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, null]);
});

test('keys of two accounts have nothing to do with each other', async () => {
  await using api = await startApi();
  await carriers(api);
  const [one, two] = [await anAccount(api), await anAccount(api)];
  const [first, second] = [await send(one, 'k-1'), await send(two, 'k-1')];
  expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([202, null]);
  expect(second.body.id).not.toBe(first.body.id);
});

const wrong: [string, string][] = [
  ['empty', ''],
  ['too long', 'k'.repeat(256)],
  ['with a space', 'a b'],
  ['not ASCII', 'clé'],
];

test('a key that is empty, too long or not visible ASCII is refused by name', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  for (const [name, key] of wrong) {
    expect({ name, ...(await send(shop, key)) }).toMatchObject({
      name,
      status: 400,
      body: { errors: [{ field: 'Idempotency-Key' }] },
    });
  }
});
