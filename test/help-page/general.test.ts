import { afterAll, beforeAll, expect, test } from 'vitest';
import { itemsOf } from '../../dev/seed.ts';
import { phone, SHORT_CODES, SIMS, startApp, type App } from '../fixtures/app.ts';
import { aCustomer, arrives, comes, preview, refusals, refusedBy, send, syncLater } from './customers.ts';

// The rules of docs/two-way-sms.md, each by its number.

const BELGIAN = '+32470123456';
let app: App;
beforeAll(async () => {
  app = await startApp({ ways: {}, numbers: ['+32460000001'] });
});
afterAll(() => app[Symbol.asyncDispose]());

test('1. replies come home from lowcost and from premium alike', async () => {
  const shop = await aCustomer(app);
  await send(shop, phone(1), { route: 'premium', withReplies: true });
  await send(shop, phone(2), { route: 'lowcost' });
  for (const index of [1, 2]) {
    await arrives(app, phone(index));
    await app.world.phones.reply(phone(index), `réponse ${index}`);
  }
  await syncLater(app, 7);
  for (const index of [1, 2]) expect(await comes(shop, `réponse ${index}`)).toMatchObject({ from: phone(index) });
});

test('2. two-way SMS is off until the operator turns it on for the account, which asks for it', async () => {
  const shop = await aCustomer(app, {}, false);
  const ask = () => send(shop, phone(3), { route: 'premium', withReplies: true });
  expect(await refusedBy(ask())).toBe('two-way-off');
  await shop.send('POST', '/v1/two-way/request', { reason: 'Rendez-vous', expectedVolume: 100 });
  expect(await shop.get('/v1/account')).toMatchObject({ twoWay: 'requested' });
  await app.operator.send('PUT', `/v1/operator/accounts/${shop.id}/two-way`, { state: 'on', reason: 'Bienvenue' });
  expect(await refusedBy(ask())).toBeNull();
});

test('3. how people are invited to answer depends on the kind of message', async () => {
  const shop = await aCustomer(app);
  const premium = { route: 'premium' };
  expect(await preview(shop, phone(4), { route: 'lowcost' })).toMatchObject({ accepted: true, answerBy: 'reply' });
  expect(await preview(shop, phone(4), { ...premium, withReplies: true })).toMatchObject({ answerBy: 'reply' });
  const branded = { ...premium, sender: 'Boutique', text: 'Répondez au XXXXX' };
  expect(await preview(shop, phone(4), branded)).toMatchObject({ accepted: true, answerBy: 'new-message' });
});

test('4. where a country’s people can’t answer, it is said before anything is sent', async () => {
  const shop = await aCustomer(app);
  const rule = { country: 'BE', route: 'premium', canReply: 'no', source: 'https://example.com/belgium', version: 1 };
  await app.operator.send('PUT', '/v1/operator/country-rules', rule);
  const shown = await preview(shop, BELGIAN, { route: 'premium', withReplies: true });
  expect(refusals(shown)).toContain('no-reply-code');
  expect(shown['countries']).toMatchObject([{ country: 'BE', canReply: 0, answer: 'no' }]);
});

test('5. a number rented for that country sends campaigns and takes the replies', async () => {
  const shop = await aCustomer(app);
  const number = { number: '+32460000001', kind: 'virtual', carrier: app.smppId, country: 'BE' };
  await app.operator.send('POST', '/v1/operator/numbers', number);
  await app.operator.send('POST', '/v1/operator/prices', { kind: 'number-month', country: 'BE', amount: '5' });
  expect(itemsOf(await shop.get('/v1/numbers/offers?country=BE'))).toMatchObject([{ number: number.number }]);
  await shop.send('POST', '/v1/numbers/rent', { country: 'BE' });
  await send(shop, BELGIAN, { route: 'premium', sender: number.number });
  const sms = await arrives(app, BELGIAN);
  expect([...SHORT_CODES, ...SIMS.map((sim) => sim.number)]).not.toContain(sms.from);
  expect(sms.from).toBe(number.number);
  await app.world.phones.reply(BELGIAN, 'Depuis Bruxelles');
  expect(await comes(shop, 'Depuis Bruxelles')).toMatchObject({ from: BELGIAN, to: number.number });
});
