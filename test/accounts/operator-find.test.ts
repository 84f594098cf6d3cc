import { expect, test } from 'vitest';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { aMessage } from '../fixtures/rows.ts';

const PHONE = '+33698765432';

test('an operator finds an id and who wrote to a number; the audit log keeps the look alone', async () => {
  await using api = await startApi();
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  await aMessage(api.db, { accountId: shop.id, toNumber: PHONE });
  const last = await aMessage(api.db, { accountId: shop.id, toNumber: PHONE, state: 'failed' });
  await aMessage(api.db, { accountId: other.id, toNumber: PHONE });
  await aMessage(api.db, { accountId: other.id, toNumber: '+33611111111' });
  const { id: endpoint } = (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  const find = async (q: string) => (await api.asOperator('GET', `/find?q=${encodeURIComponent(q)}`)).body.items;

  const found = await find('06 98 76 54 32');
  expect(found.map(({ account }: { account: { id: string } }) => account.id).toSorted()).toEqual([shop.id, other.id].toSorted());
  expect(JSON.stringify(found)).not.toContain(PHONE.slice(1));
  expect(await find(last.id)).toMatchObject([{ kind: 'message', id: last.id, account: { id: shop.id }, state: 'failed' }]);
  expect(await find(endpoint.toUpperCase())).toMatchObject([{ kind: 'endpoint', account: { id: shop.id } }]);
  expect(await find(newId())).toEqual([]);
  expect(await find('nobody')).toEqual([]);
  const noted = await rows<{ target: string; all: string }>(
    api.db.pool,
    `select target, to_jsonb(a)::text as all from audit_log a where action = 'operator.find' order by id`,
  );
  expect(noted.map(({ target }) => target)).toEqual(['phone', `id ${last.id}`, `id ${endpoint}`, expect.any(String)]);
  expect(noted.some(({ all }) => all.includes(PHONE.slice(1)))).toBe(false);
  expect((await shop.call('GET', '/operator/find?q=123')).status).toBe(403);
});
