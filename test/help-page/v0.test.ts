import { afterAll, beforeAll, expect, test } from 'vitest';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { phone, SHORT_CODES, SIMS, startApp, until, type App } from '../fixtures/app.ts';
import { aCustomer, arrives, comes, history, preview, refusals, send, syncLater, V0, type Customer } from './customers.ts';

const ADDRESS = 'v0@boulangerie.example';
const LOWCOST = { route: 'lowcost', text: 'Soldes samedi. On vous garde une place ?' };
const SHORT = { route: 'premium', withReplies: true };
const BRANDED = { route: 'premium', sender: 'Boulangerie', text: 'Réponse attendue au XXXXX. Nous lisons tout au XXXXX.' };
let app: App;
let shop: Customer;
let last = 100;
const somebody = (): string => phone(++last);
beforeAll(async () => {
  app = await startApp({ ways: {} });
  shop = await aCustomer(app, V0);
});
afterAll(() => app[Symbol.asyncDispose]());

/** What V0 asks for, its operator carries out. */
async function carryOut(): Promise<void> {
  for (const request of itemsOf(await app.operator.get(`/v1/operator/setting-requests?account=${shop.id}`)))
    await app.operator.send('POST', `/v1/operator/setting-requests/${textOf(request, 'id')}/carry-out`);
}

test('6. an account made before 1 October 2020 is V0', async () => {
  expect(await shop.get('/v1/account')).toMatchObject({ platform: 'v0' });
  const [before, after] = ['2020-09-30T23:59:59+02:00', '2020-10-01T00:00:00+02:00'];
  expect(await (await aCustomer(app, { createdAt: before })).get('/v1/account')).toMatchObject({ platform: 'v0' });
  expect(await (await aCustomer(app, { createdAt: after })).get('/v1/account')).toMatchObject({ platform: 'v2' });
});

test('7. lowcost: the text alone invites to answer, and no option asks for it', async () => {
  expect(await preview(shop, somebody(), LOWCOST)).toMatchObject({ accepted: true, answerBy: 'reply' });
});

test('8. lowcost comes from a ten-digit number, so people press reply', async () => {
  const to = somebody();
  await send(shop, to, LOWCOST);
  const sms = await arrives(app, to);
  expect(SIMS.map(({ number }) => number)).toContain(sms.from);
  expect(sms.from.replace('+33', '0')).toMatch(/^0[67]\d{8}$/);
  await expect(app.world.phones.reply(to, 'Oui, volontiers')).resolves.toMatchObject({ to: sms.from });
});

test('9. a lowcost reply is on the platform a day later', async () => {
  const to = somebody();
  await send(shop, to, LOWCOST);
  await arrives(app, to);
  await app.world.phones.reply(to, 'demain matin');
  expect(await history(shop)).not.toContain('demain matin');
  await syncLater(app, 24);
  expect(await comes(shop, 'demain matin')).toMatchObject({ from: to });
});

test('10. replies are synced at night, never sooner than six hours after they came', async () => {
  const to = somebody();
  await send(shop, to, LOWCOST);
  await arrives(app, to);
  await app.world.phones.reply(to, 'dans six heures');
  await syncLater(app, 5.9);
  expect(await history(shop)).not.toContain('dans six heures');
  await syncLater(app, 6.1);
  await comes(shop, 'dans six heures');
});

test('11. who needs the reply at once takes premium', async () => {
  const to = somebody();
  await send(shop, to, { ...SHORT, sender: '12345' });
  await arrives(app, to);
  await app.world.phones.reply(to, 'tout de suite');
  expect(await comes(shop, 'tout de suite')).toMatchObject({ from: to });
});

test('12. premium has two ways: a sender of one’s own, or a short code', async () => {
  expect(await preview(shop, somebody(), BRANDED)).toMatchObject({ accepted: true, answerBy: 'new-message' });
  expect(await preview(shop, somebody(), { ...SHORT, sender: '12345' })).toMatchObject({ accepted: true, answerBy: 'reply' });
});

test('13. 12345, set once in the profile, becomes a short code before people have it', async () => {
  await shop.send('PATCH', '/v1/account', { defaultSender: '12345' });
  const to = somebody();
  expect(await shop.get('/v1/account')).toMatchObject({ defaultSender: '12345' });
  await send(shop, to, SHORT);
  expect(SHORT_CODES).toContain((await arrives(app, to)).from);
});

test('14. the campaign says that it wants replies; 12345 without that is refused', async () => {
  expect(await preview(shop, somebody(), { ...SHORT, sender: '12345' })).toMatchObject({ accepted: true });
  const shown = await preview(shop, somebody(), { route: 'premium', sender: '12345', withReplies: false });
  expect(refusals(shown)).toContain('placeholder-without-replies');
});

test('15. people press reply, and see a number in the place of the brand', async () => {
  const to = somebody();
  await send(shop, to, { ...SHORT, sender: '12345' });
  expect((await arrives(app, to)).from).toMatch(/^\d{5}$/);
  await expect(app.world.phones.reply(to, 'cinq chiffres')).resolves.toMatchObject({ text: 'cinq chiffres' });
});

test('16. the reply to a short code is there as soon as it is made', async () => {
  const to = somebody();
  await send(shop, to, { ...SHORT, sender: '12345' });
  await arrives(app, to);
  const { at } = await app.world.phones.reply(to, 'aussitôt');
  const reply = await comes(shop, 'aussitôt');
  expect(Date.parse(textOf(reply, 'ingestedAt')) - at.getTime()).toBeLessThan(10_000);
});

test('17. XXXXX in the text becomes the number to answer to, wherever it stands', async () => {
  const to = somebody();
  await send(shop, to, BRANDED);
  const codes = (await arrives(app, to)).text.match(/\b\d{5}\b/g) ?? [];
  expect(codes).toHaveLength(2);
  for (const code of codes) expect(SHORT_CODES).toContain(code);
});

test('18. what is written to that number is there as soon as it is sent', async () => {
  const to = somebody();
  await send(shop, to, BRANDED);
  const code = /\b\d{5}\b/.exec((await arrives(app, to)).text)?.[0] ?? '';
  await app.world.phones.write(to, code, 'un nouveau SMS');
  expect(await comes(shop, 'un nouveau SMS')).toMatchObject({ from: to, to: code });
});

test('19. the sender stays the one that the account chose', async () => {
  const to = somebody();
  await send(shop, to, BRANDED);
  expect((await arrives(app, to)).from).toBe('Boulangerie');
});

test('20. people can’t press reply there: they write a new message', async () => {
  const to = somebody();
  await send(shop, to, BRANDED);
  await arrives(app, to);
  await expect(app.world.phones.reply(to, 'en vain')).rejects.toThrow("can't reply");
  expect(await preview(shop, somebody(), BRANDED)).toMatchObject({ answerBy: 'new-message' });
});

test('21. replies come in three ways, several at once', async () => {
  await shop.send('PATCH', '/v1/reply-settings', { emails: [{ address: ADDRESS }] });
  const endpoint = await shop.send('POST', '/v1/callback-endpoints', { url: `${app.world.endpoint.url}/hook` });
  app.world.endpoint.addSecret(textOf(endpoint, 'secret'));
  await carryOut();
  const to = somebody();
  await send(shop, to, { ...SHORT, sender: '12345' });
  await arrives(app, to);
  await app.world.phones.reply(to, 'par les trois chemins');
  expect(await comes(shop, 'par les trois chemins')).toMatchObject({ from: to });
  await until('the mailbox has it', () => app.world.mailbox.mails.some(({ to: [address] }) => address === ADDRESS));
  await until('the endpoint has it', () => app.world.endpoint.calls.some(({ body }) => body.includes('par les trois chemins')));
});

test('22. on the platform the history of replies has each of them, without being asked for', async () => {
  const fresh = await aCustomer(app, V0);
  const to = somebody();
  await send(fresh, to, { ...SHORT, sender: '12345' });
  await arrives(app, to);
  await app.world.phones.reply(to, 'dans l’historique');
  expect(await comes(fresh, 'dans l’historique')).toMatchObject({ from: to });
});

test('23. whoever chose mail or callbacks still finds all replies there', async () => {
  expect(itemsOf(await shop.get('/v1/callback-endpoints'))).toHaveLength(1);
  const said = await history(shop);
  for (const text of ['tout de suite', 'aussitôt', 'un nouveau SMS', 'par les trois chemins']) expect(said).toContain(text);
});

test('24. by mail: the account names an address, the operator sets it up, each reply goes there', async () => {
  const other = 'second@boulangerie.example';
  await shop.send('PATCH', '/v1/reply-settings', { emails: [{ address: ADDRESS }, { address: other }] });
  expect(JSON.stringify(await shop.get('/v1/reply-settings'))).not.toContain(other);
  await carryOut();
  expect(JSON.stringify(await shop.get('/v1/reply-settings'))).toContain(other);
  const to = somebody();
  await send(shop, to, { ...SHORT, sender: '12345' });
  await arrives(app, to);
  await app.world.phones.reply(to, 'aux deux adresses');
  await until('the other mailbox has it', () => app.world.mailbox.mails.some(({ to: [address] }) => address === other));
});

test('25. by callback: the account sends an address, and replies are posted there as they come', async () => {
  const fresh = await aCustomer(app, V0);
  const url = `${app.world.endpoint.url}/hook`;
  const endpoint = await fresh.send('POST', '/v1/callback-endpoints', { url });
  app.world.endpoint.addSecret(textOf(endpoint, 'secret'));
  expect(itemsOf(await fresh.get('/v1/callback-endpoints'))).toEqual([]);
  for (const request of itemsOf(await app.operator.get(`/v1/operator/setting-requests?account=${fresh.id}`)))
    await app.operator.send('POST', `/v1/operator/setting-requests/${textOf(request, 'id')}/carry-out`);
  const to = somebody();
  await send(fresh, to, { ...SHORT, sender: '12345' });
  await arrives(app, to);
  await app.world.phones.reply(to, 'posté aussitôt');
  const call = await until('it is posted', () => app.world.endpoint.calls.find(({ body }) => body.includes('posté aussitôt')));
  expect(call).toMatchObject({ verified: true, attempt: 1 });
});
