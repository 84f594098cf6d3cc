import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { anAccount, startApi } from '../fixtures/api.ts';

const unknown = `ar_${'A'.repeat(43)}`;

test('without a key, or with a bad or unknown one, the answer is 401 and says what to send', async () => {
  await using api = await startApi();
  const sent = [
    {},
    { authorization: 'Bearer nonsense' },
    { authorization: 'Basic YTpi' },
    { authorization: `Bearer ${unknown}` },
  ];
  for (const headers of sent) {
    for (const path of ['/v1/account', '/v1/operator/accounts', '/v1/nothing']) {
      const refused = await api.call('GET', path, { headers });
      expect(refused).toMatchObject({
        status: 401,
        body: { code: 'unauthenticated', detail: expect.stringContaining('Authorization: Bearer') },
      });
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    }
  }
});

test('an operator’s key opens no account’s routes, nor the reverse; the answer says which to use', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const asOperator = await api.call('GET', '/v1/account', { key: api.operatorKey });
  const asAccount = await shop.call('GET', '/operator/accounts');
  expect(asOperator).toMatchObject({
    status: 403,
    body: { code: 'forbidden', detail: expect.stringContaining('/v1/operator only') },
  });
  expect(asAccount).toMatchObject({
    status: 403,
    body: { code: 'forbidden', detail: expect.stringContaining("needs an operator's") },
  });
});

test('a revoked key opens nothing from that moment on', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  expect((await shop.call('GET', '/account')).status).toBe(200);
  expect((await api.asOperator('DELETE', `/keys/${shop.keyId}`)).status).toBe(204);
  expect((await shop.call('GET', '/account')).status).toBe(401);
  expect((await api.asOperator('DELETE', `/keys/${shop.keyId}`)).status).toBe(204);
  const { body } = await api.asOperator('GET', `/accounts/${shop.id}/keys`);
  expect(body.items).toMatchObject([
    { id: shop.keyId, name: 'test', prefix: shop.key.slice(0, 10), createdAt: expect.any(String), revokedAt: expect.any(String) },
  ]);
});

test('a key is shown once, and only its SHA-256 is stored', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  expect(shop.key).toMatch(/^ar_[\w-]{43}$/);
  const [key] = await rows<{ hash: Buffer }>(api.db.pool, 'select hash from api_keys where id = $1', [shop.keyId]);
  expect(key?.hash).toEqual(createHash('sha256').update(shop.key).digest());
  const everything = await rows<{ row: string }>(
    api.db.pool,
    'select k::text as row from api_keys k union all select a::text from audit_log a union all select a::text from accounts a',
  );
  expect(everything.length).toBeGreaterThan(3);
  expect(everything.filter(({ row }) => row.includes(shop.key))).toEqual([]);
  expect((await api.asOperator('GET', `/accounts/${shop.id}/keys`)).text).not.toContain(shop.key);
});

test('an operator can not revoke the key of the very request', async () => {
  await using api = await startApi();
  const [own] = await rows<{ id: string }>(api.db.pool, `select id from api_keys where role = 'operator'`);
  expect((await api.asOperator('DELETE', `/keys/${own?.id}`)).body.code).toBe('conflict');
  expect((await api.asOperator('GET', '/accounts')).status).toBe(200);
});
