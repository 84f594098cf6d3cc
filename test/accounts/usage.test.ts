import { expect, test } from 'vitest';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { aMessage } from '../fixtures/rows.ts';

test('what was sent and its cost is told by month, of one account, to its owner and the operator', async () => {
  await using api = await startApi();
  const { premiumId: carrierId } = await carriers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const price = { kind: 'segment', country: '*', route: 'premium', amount: '0.05', validFrom: '2020-01-01T00:00:00Z' };
  await api.asOperator('POST', '/prices', price);
  const recipients = [{ to: '+33612000001' }, { to: '+33612000002' }];
  const campaign = { name: 'Samedi', route: 'premium', withReplies: true, text: 'Bonjour', purpose: 'transactional', recipients };

  expect((await shop.call('POST', '/campaigns', campaign)).status).toBe(202);
  const month = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris', year: 'numeric', month: '2-digit' }).format();
  const single = { accountId: shop.id, carrierId, costMicros: 30_000, submittedAt: new Date() };
  await aMessage(api.db, single);
  await aMessage(api.db, { ...single, accountId: other.id });
  await aMessage(api.db, { ...single, simulation: true });

  const { status, body } = await shop.call('GET', '/usage');
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      months: [
        {
          month,
          campaigns: 1,
          messages: 3,
          messagesCost: { amount: '0.13', currency: 'EUR' },
          numbersCost: { amount: '0.00', currency: 'EUR' },
        },
      ],
    },
  });
  expect((await api.asOperator('GET', `/accounts/${shop.id}/usage`)).body).toEqual(body);
  expect((await api.asOperator('GET', `/accounts/${carrierId}/usage`)).status).toBe(404);
  await api.asOperator('PATCH', `/accounts/${shop.id}/spend-limits`, { day: '5' });
  const limits = await api.asOperator('GET', `/accounts/${shop.id}/spend-limits`);
  expect(limits.body).toEqual((await shop.call('GET', '/spend-limits')).body);
});
