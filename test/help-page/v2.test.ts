import { afterAll, beforeAll, expect, test } from 'vitest';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { phone, SHORT_CODES, SIMS, startApp, until, type App } from '../fixtures/app.ts';
import { aCustomer, arrives, comes, history, preview, refusals, send, syncLater, V0, type Customer } from './customers.ts';

const LOWCOST = { route: 'lowcost', text: 'Serez-vous là samedi ? Répondez OUI ou NON.' };
const PREMIUM = { route: 'premium', withReplies: true };
const ADDRESS = 'v2@boulangerie.example';
let app: App;
let shop: Customer;
let last = 200;
const somebody = (): string => phone(++last);
beforeAll(async () => {
  app = await startApp({ ways: {} });
  shop = await aCustomer(app);
});
afterAll(() => app[Symbol.asyncDispose]());

test('26. an account made since 1 October 2020, or moved, is V2', async () => {
  expect(await shop.get('/v1/account')).toMatchObject({ platform: 'v2' });
  const old = await aCustomer(app, V0);
  await app.operator.send('POST', `/v1/operator/accounts/${old.id}/migration`, { reason: 'they asked' });
  expect(await old.get('/v1/account')).toMatchObject({ platform: 'v2', migratedAt: expect.any(String) });
});

test('27. SMS Chat shows all replies, and answers go back from there', async () => {
  const to = somebody();
  await send(shop, to, PREMIUM);
  const sms = await arrives(app, to);
  await app.world.phones.reply(to, 'À quelle heure ?');
  const conversation = await until('the conversation is there', async () =>
    itemsOf(await shop.get('/v1/conversations')).find((each) => each['phone'] === to),
  );
  expect(conversation).toMatchObject({ lastText: 'À quelle heure ?', unread: 1 });
  await shop.send('POST', `/v1/conversations/${textOf(conversation, 'id')}/messages`, { text: 'Vers midi.' });
  expect(await arrives(app, to, 2)).toMatchObject({ from: sms.from, text: 'Vers midi.' });
});

test('28. lowcost: the text invites to answer, and no option asks for it', async () => {
  expect(await preview(shop, somebody(), LOWCOST)).toMatchObject({ accepted: true, answerBy: 'reply' });
});

test('29. people answer a lowcost message without a number to copy', async () => {
  const to = somebody();
  await send(shop, to, LOWCOST);
  const sms = await arrives(app, to);
  expect([SIMS.some(({ number }) => number === sms.from), /\d{5}/.test(sms.text)]).toEqual([true, false]);
  await expect(app.world.phones.reply(to, 'OUI')).resolves.toMatchObject({ to: sms.from });
});

test('30. lowcost replies are synced at night, after six hours or more; premium ones at once', async () => {
  const [cheap, dear] = [somebody(), somebody()];
  await send(shop, cheap, LOWCOST);
  await send(shop, dear, PREMIUM);
  for (const to of [cheap, dear]) {
    await arrives(app, to);
    await app.world.phones.reply(to, `de ${to}`);
  }
  await comes(shop, `de ${dear}`);
  await syncLater(app, 5.9);
  expect(await history(shop)).not.toContain(`de ${cheap}`);
  await syncLater(app, 6.1);
  await comes(shop, `de ${cheap}`);
});

test('31. premium: the campaign has the option for replies turned on', async () => {
  expect(await preview(shop, somebody(), PREMIUM)).toMatchObject({ accepted: true, answerBy: 'reply' });
  const without = await preview(shop, somebody(), { route: 'premium', sender: 'Boutique' });
  expect(without).toMatchObject({ accepted: true, answerBy: 'none' });
});

test('32. the sender is then 12345 by itself, and a short code when people have it', async () => {
  const to = somebody();
  expect(await send(shop, to, { ...PREMIUM, sender: 'Boutique' })).toMatchObject({ sender: { given: 'Boutique' } });
  expect(SHORT_CODES).toContain((await arrives(app, to)).from);
  expect(refusals(await preview(shop, to, { route: 'premium', sender: '12345' }))).toContain('placeholder-without-replies');
});

test('33. people press reply to the message that they have', async () => {
  const to = somebody();
  await send(shop, to, PREMIUM);
  const sms = await arrives(app, to);
  await expect(app.world.phones.reply(to, 'directement')).resolves.toMatchObject({ to: sms.from });
  await comes(shop, 'directement');
});

test('34. replies come in three ways, several at once, and the account sets them up itself', async () => {
  await shop.send('PATCH', '/v1/reply-settings', { emails: [{ address: ADDRESS }] });
  const endpoint = await shop.send('POST', '/v1/callback-endpoints', { url: `${app.world.endpoint.url}/hook` });
  app.world.endpoint.addSecret(textOf(endpoint, 'secret'));
  const to = somebody();
  await send(shop, to, PREMIUM);
  await arrives(app, to);
  await app.world.phones.reply(to, 'par les trois chemins');
  expect(await comes(shop, 'par les trois chemins')).toMatchObject({ from: to });
  await until('the mailbox has it', () => app.world.mailbox.mails.some(({ to: [address] }) => address === ADDRESS));
  await until('the endpoint has it', () => app.world.endpoint.calls.some(({ body }) => body.includes('par les trois chemins')));
});

test('35. on the platform: in SMS Chat and among the received SMS, whatever the kind of message', async () => {
  const said = await history(shop);
  const chats = itemsOf(await shop.get('/v1/conversations?limit=100')).map((each) => each['lastText']);
  const texts = said.filter((text) => text !== 'OUI');
  expect(texts.length).toBeGreaterThan(3);
  for (const text of texts) expect(chats).toContain(text);
});

test('36. the address and the URL are the account’s own to read and to change', async () => {
  expect(JSON.stringify(await shop.get('/v1/reply-settings'))).toContain(ADDRESS);
  const [endpoint] = itemsOf(await shop.get('/v1/callback-endpoints'));
  const path = `/v1/callback-endpoints/${textOf(endpoint ?? {}, 'id')}`;
  expect(await shop.send('PATCH', path, { description: 'Caisse' })).toMatchObject({ description: 'Caisse' });
  await shop.send('DELETE', path);
  expect(itemsOf(await shop.get('/v1/callback-endpoints'))).toEqual([]);
});
