import { expect, test } from 'vitest';
import { startApp, until } from '../fixtures/app.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';

test('a segment costs what holds when sent: own price first, then the country’s, the latest', async () => {
  await using api = await startApi();
  await carriers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const price = async (fields: object) => {
    const basis = { kind: 'segment', route: 'premium', validFrom: '2020-01-01T00:00:00Z' };
    expect((await api.asOperator('POST', '/prices', { ...basis, ...fields })).status).toBe(201);
  };
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const cost = async (account = shop, to = '+33612000001', fields: object = {}) => {
    const body = {
      name: 'n',
      route: 'premium',
      sender: 'Boutique',
      purpose: 'transactional',
      text: 'Bonjour',
      allowUnreachable: true,
      recipients: [{ to }],
      ...fields,
    };
    const shown = (await account.call('POST', '/campaigns/preview', body)).body;
    const made = (await account.call('POST', '/campaigns', body)).body;
    expect(made.cost).toEqual(shown.cost);
    return made.cost?.amount ?? null;
  };
  const BELGIAN = '+32470123456';
  expect(await cost()).toBeNull();
  await price({ country: '*', amount: '0.08' });
  await price({ country: 'FR', amount: '0.05' });
  await price({ country: 'FR', route: 'lowcost', amount: '0.02' });
  expect([await cost(), await cost(shop, BELGIAN)]).toEqual(['0.05', '0.08']);
  expect(await cost(shop, '+33612000001', { route: 'lowcost', sender: undefined })).toBe('0.02');
  // From a date on: what is sent until then costs what it cost.
  await price({ country: 'FR', amount: '0.06', validFrom: inDays(10) });
  expect([await cost(), await cost(shop, '+33612000001', { sendAt: inDays(11) })]).toEqual(['0.05', '0.06']);
  await price({ country: 'FR', amount: '0.03', account: shop.id });
  expect([await cost(), await cost(shop, BELGIAN), await cost(other)]).toEqual(['0.03', '0.08', '0.05']);
  await price({ country: '*', amount: '0.04', account: shop.id });
  expect([await cost(), await cost(shop, BELGIAN), await cost(other, BELGIAN)]).toEqual(['0.03', '0.04', '0.08']);
  expect(await cost(shop, '+33612000001', { text: 'a'.repeat(161) })).toBe('0.06');
  const missing = await api.asOperator('POST', '/prices', { kind: 'segment', country: 'FR', amount: '0.05' });
  expect(missing.status).toBe(400);
});

test('an installation without prices says so once when it starts', async () => {
  await using app = await startApp({ ways: {} });
  const said = () => app.log.text().split('no price is set').length - 1;
  await until('it is said', () => said() === 1);
  await app.account.get('/v1/account');
  expect(said()).toBe(1);
});
