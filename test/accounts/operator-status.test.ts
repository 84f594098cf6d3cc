import { expect, test } from 'vitest';
import { anAccount, startApi } from '../fixtures/api.ts';
import { aDelivery, aReply } from '../fixtures/rows.ts';

test('the operator’s status counts what waits, and whose callbacks wait most', async () => {
  await using api = await startApi();
  const calm = { unattributed: 0, inDoubt: 0, alarms: 0, requests: 0, callbacks: { endpoints: 0, waiting: 0, accounts: [] } };
  expect((await api.asOperator('GET', '/status')).body).toMatchObject({ ...calm, lines: { up: 0, all: 0 }, lastSync: null });
  const shop = await anAccount(api, { name: 'Boulangerie' });
  const made = await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/hook' });
  await aDelivery(api.db, { accountId: shop.id, replyId: null, endpointId: made.body.id });
  await aReply(api.db);
  await shop.call('POST', '/two-way/request', { reason: 'Essai', expectedVolume: 10 });
  const { body } = await api.asOperator('GET', '/status');
  expect(body.callbacks).toMatchObject({ waiting: 1, accounts: [{ account: shop.id, name: 'Boulangerie', waiting: 1 }] });
  expect(body.unattributed).toBe(1);
  expect((await shop.call('GET', '/operator/status')).status).toBe(403);
});
