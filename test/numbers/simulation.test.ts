import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { readConfig } from '../../config.ts';
import { serveOnLoopback } from '../../dev/simulator/http.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { aMessage } from '../fixtures/rows.ts';

const PHONE = '+33639980001';
const answer = { phone: PHONE, text: 'OUI' };

test('a simulated phone answers the account that wrote last; without one, nobody hears of it', async () => {
  const pressed: string[] = [];
  await using stack = new AsyncDisposableStack();
  const phones = await serveOnLoopback(
    new Hono().post('/phones/:number/reply', async (c) => {
      pressed.push(`${c.req.param('number')} ${await c.req.text()}`);
      return c.json({}, 201);
    }),
  );
  stack.defer(() => phones.close());
  await using api = await startApi({ simulatedPhones: phones.url });
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  expect((await shop.call('GET', '/simulation')).body.phones).toContain(PHONE);
  expect((await shop.call('POST', '/simulation/replies', answer)).status).toBe(409);
  await aMessage(api.db, { accountId: shop.id, toNumber: PHONE });
  expect((await other.call('POST', '/simulation/replies', answer)).status).toBe(409);
  expect((await shop.call('POST', '/simulation/replies', { ...answer, phone: '+33612000001' })).status).toBe(400);
  expect(pressed).toEqual([]);
  expect((await shop.call('POST', '/simulation/replies', answer)).status).toBe(204);
  expect(pressed).toEqual([`${PHONE} {"text":"OUI"}`]);

  await using real = await startApi();
  const shopThere = await anAccount(real);
  expect((await shopThere.call('GET', '/simulation')).body.phones).toEqual([]);
  expect((await shopThere.call('POST', '/simulation/replies', answer)).status).toBe(409);
});

test('simulated phones are refused in production', () => {
  const needed = { DATABASE_URL: 'postgres://u@h/d', TEMPORAL_ADDRESS: 'h:1', SECRETS_KEY: 'x' };
  const simulated = { ...needed, SIMULATED_PHONES_URL: 'http://127.0.0.1:1' };
  expect(() => readConfig({ ...simulated, NODE_ENV: 'production' })).toThrow('SIMULATED_PHONES_URL');
  expect(readConfig({ ...simulated, NODE_ENV: 'development' }).SIMULATED_PHONES_URL).toBe('http://127.0.0.1:1');
});
