import { expect, test } from 'vitest';
import { foreignApis } from '../../api/dialects/dialects.ts';
import { SCOPES, scopesFor, type Scope } from '../../domain/people/key-scopes.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, startApi, type TestApi } from '../fixtures/api.ts';
import { listening } from '../fixtures/listening.ts';
import { keyWithoutScopes } from '../fixtures/states/people.ts';
import { timePasses } from '../fixtures/states/time.ts';

type Made = { id: string; key: string };
const aKey = async (shop: Awaited<ReturnType<typeof anAccount>>, fields: object): Promise<Made> => {
  const { status, body } = await shop.call('POST', '/keys', { name: 'program', ...fields });
  expect(status).toBe(201);
  return body;
};
const get = (api: TestApi, key: string, path = '/account') => api.call('GET', `/v1${path}`, { key });

test('every route of an account has a scope; a key opens what its scopes say, nothing else', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { body } = await api.call('GET', '/openapi.json');
  const routes = Object.entries<Record<string, object>>(body.paths)
    .filter(([path]) => path.startsWith('/v1/') && !/^\/v1\/(?:operator|session)(?:\/|$)/.test(path))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })));
  expect(routes.length).toBeGreaterThan(100);
  expect(routes.filter(({ method, path }) => scopesFor(method, path).length === 0)).toEqual([]);
  const foreign = foreignApis(api.services).flatMap(({ calls }) => calls.map((each) => each.split(' ')));
  expect(foreign.length).toBeGreaterThan(20);
  expect(
    foreign.filter(([method = '', path = '']) => !path.startsWith('/api/news') && scopesFor(method, path).length === 0),
  ).toEqual([]);
  for (const scope of SCOPES) {
    const { key } = await aKey(shop, { scopes: [scope] });
    for (const { method, path } of routes.filter((each) => each.method === 'GET' && !each.path.includes('{'))) {
      const { status } = await api.call(method, path, { key });
      expect([scope, path, status === 403]).toEqual([scope, path, !scopesFor(method, path).includes(scope)]);
    }
  }
  const { key } = await aKey(shop, { scopes: ['replies'] });
  const refused = await api.call('POST', '/v1/keys', { key, body: { name: 'more' } });
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden', detail: expect.stringContaining('people') } });
  expect((await api.call('GET', '/v1/nothing', { key })).status).toBe(404);
});

test('a key without the scope people invites nobody, and none gives a scope that it has not', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const invitation = { email: 'new@example.com', role: 'owner' };
  for (const scope of SCOPES.filter((each) => each !== 'people')) {
    const { key } = await aKey(shop, { scopes: [scope] });
    for (const [path, body] of [
      ['/v1/users', invitation],
      ['/v1/keys', { name: 'more' }],
    ] as const)
      expect((await api.call('POST', path, { key, body })).status).toBe(403);
  }
  const people = await aKey(shop, { scopes: ['people', 'replies'] });
  const wide = await aKey(shop, { scopes: ['send'] });
  const mint = (scopes?: Scope[]) =>
    api.call('POST', '/v1/keys', { key: people.key, body: { name: 'more', ...(scopes ? { scopes } : {}) } });
  expect((await mint(['send'])).body.detail).toContain('send');
  expect((await mint(['people'])).status).toBe(201);
  expect((await mint()).body.scopes).toEqual(['replies']);
  expect((await api.call('POST', `/v1/keys/${wide.id}/rotate`, { key: people.key, body: {} })).status).toBe(403);
  expect((await api.call('PATCH', `/v1/keys/${wide.id}`, { key: people.key, body: { name: 'x' } })).status).toBe(403);
  // Who says nothing gets no key that makes keys.
  expect((await shop.call('POST', '/keys', { name: 'plain' })).body.scopes).toEqual(SCOPES.filter((each) => each !== 'people'));
});

test('a key from before there were scopes opens what it did, and the list says so', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await keyWithoutScopes(api.db, shop.keyId);
  expect((await shop.call('POST', '/users', { email: 'a@example.com', role: 'viewer' })).status).toBe(201);
  const { items } = (await shop.call('GET', '/keys')).body;
  expect(items).toMatchObject([{ id: shop.keyId, scopes: null, networks: null, expiresAt: null }]);
});

test('a key opens until it expires, and its expiry can be moved', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { id, key } = await aKey(shop, { expiresAt: new Date(Date.now() + 60_000).toISOString() });
  expect((await get(api, key)).status).toBe(200);
  await timePasses(api.db, '1 hour', { api_keys: ['expires_at'] }, { id });
  expect(await get(api, key)).toMatchObject({ status: 401, body: { detail: expect.stringContaining('expired') } });
  expect((await shop.call('PATCH', `/keys/${id}`, { expiresAt: null })).status).toBe(200);
  expect((await get(api, key)).status).toBe(200);
  const past = await shop.call('POST', '/keys', { name: 'x', expiresAt: '2020-01-01T00:00:00Z' });
  expect(past.body.errors).toMatchObject([{ field: 'expiresAt', code: 'expiry-past' }]);
});

test('a key with an address allow list is taken from there only, behind a trusted proxy too', async () => {
  await using api = await startApi({ trustedProxies: ['127.0.0.0/8'] });
  await using server = await listening(api.app.fetch);
  const shop = await anAccount(api);
  const { id, key } = await aKey(shop, { networks: ['192.0.2.0/24', '2001:db8::7'] });
  const from = async (address: string) => {
    const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': address };
    const answer = await fetch(`${server.url}/v1/account`, { headers });
    await answer.text();
    return answer.status;
  };
  expect([await from('192.0.2.9'), await from('192.0.3.9')]).toEqual([200, 403]);
  expect([await from('2001:db8::7'), await from('2001:db8::8')]).toEqual([200, 403]);
  await shop.call('PATCH', `/keys/${id}`, { networks: null });
  expect(await from('203.0.113.1')).toBe(200);
  const wrong = await shop.call('POST', '/keys', { name: 'x', networks: ['192.0.2.0/99'] });
  expect(wrong.body.errors).toMatchObject([{ code: 'network' }]);
});

test('a rotated key opens by its new secret at once, and by the old one for as long as was said', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { id, key: old } = await aKey(shop, {});
  const { body, status } = await shop.call('POST', `/keys/${id}/rotate`, { overlapHours: 1 });
  expect([status, body.key === old, body.id]).toEqual([200, false, id]);
  expect(Date.parse(body.oldSecretUntil) - Date.now()).toBeGreaterThan(3_500_000);
  expect([(await get(api, old)).status, (await get(api, body.key)).status]).toEqual([200, 200]);
  await timePasses(api.db, '2 hours', { api_keys: ['old_until'] }, { id });
  expect([(await get(api, old)).status, (await get(api, body.key)).status]).toEqual([401, 200]);
  const again = await shop.call('POST', `/keys/${id}/rotate`, { overlapHours: 0 });
  expect([(await get(api, body.key)).status, (await get(api, again.body.key)).status]).toEqual([401, 200]);
  await shop.call('DELETE', `/keys/${id}`);
  expect((await shop.call('POST', `/keys/${id}/rotate`, {})).body.code).toBe('conflict');
  expect((await get(api, again.body.key)).status).toBe(401);
});

test('when a key was last used is known to the minute, and written no oftener', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { id, key } = await aKey(shop, {});
  const used = async () =>
    (
      await rows<{ at: Date | null; xmin: string }>(api.db.pool, 'select last_used_at as at, xmin from api_keys where id = $1', [
        id,
      ])
    )[0];
  expect((await used())?.at).toBeNull();
  await get(api, key);
  await expect.poll(async () => (await used())?.at).not.toBeNull();
  const first = await used();
  for (let calls = 0; calls < 20; calls++) await get(api, key);
  expect(await used()).toEqual(first);
  const { items } = (await shop.call('GET', '/keys')).body;
  expect(items.find((each: Made) => each.id === id).lastUsedAt).toBe(first?.at?.toISOString());
});

test('a key that only reads changes and sends nothing, by no method and no other provider’s form', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await shop.call('PATCH', '/account', { octopushLogin: 'me@example.com' });
  const { key } = await aKey(shop, { scopes: ['read'] });
  for (const path of ['/replies', '/contacts', '/campaigns', '/policies', '/conversations', '/numbers', '/replies/export.csv'])
    expect([path, (await get(api, key, path)).status === 403]).toEqual([path, false]);
  for (const path of ['/users', '/keys', '/audit', '/sign-on'])
    expect([path, (await get(api, key, path)).status]).toEqual([path, 403]);
  for (const [method, path] of [
    ['POST', '/messages'],
    ['PATCH', '/policies'],
    ['PUT', '/contacts'],
    ['POST', '/conversations'],
  ] as const)
    expect([path, (await api.call(method, `/v1${path}`, { key, body: {} })).status]).toEqual([path, 403]);
  const query = new URLSearchParams({
    user_login: 'me@example.com',
    api_key: key,
    sms_text: 'Bonjour',
    sms_recipients: '+33612000001',
    sms_type: 'FR',
    sms_sender: 'Boutique',
  });
  expect((await api.call('GET', `/api/sms/json?${query.toString()}`)).body).toEqual({ error_code: '207' });
  expect(await rows(api.db.pool, 'select from messages')).toEqual([]);
});
