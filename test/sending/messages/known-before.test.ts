import { expect, test } from 'vitest';
import { isLandline } from '../../../domain/landline.ts';
import { placeholderSlip } from '../../../domain/sending/sender-policy.ts';
import { rows } from '../../../database/sql.ts';
import { anAccount, carriers, startApi, type TestAccount, type TestApi } from '../../fixtures/api.ts';
import { simsReach } from '../../fixtures/states/carriers.ts';

const PHONE = '+33612000001';
const message = { to: PHONE, route: 'premium', sender: 'Boutique', text: 'Votre code est 1234' };
const campaign = { name: 'n', route: 'premium', sender: 'Boutique', text: 'Soldes STOP au 36105', recipients: [{ to: PHONE }] };
const codes = (warnings: { code: string }[]): string[] => warnings.map(({ code }) => code).toSorted();

async function aShop(api: TestApi, overrides = {}): Promise<TestAccount> {
  await carriers(api);
  const shop = await anAccount(api, overrides);
  await shop.call('PATCH', '/policies', { brandRegistration: 'off', genericSenders: 'off', quietHours: 'off' });
  return shop;
}

test('one message to a number that opted out is refused by name, unless to be skipped', async () => {
  await using api = await startApi();
  const shop = await aShop(api);
  await shop.call('POST', '/opt-outs/import', { entries: [{ phone: PHONE }] });
  const refused = await shop.call('POST', '/messages', message);
  expect([refused.status, refused.body.code]).toEqual([422, 'opted-out']);
  expect(refused.body.detail).toMatch(/opt-out list/);
  const french = await shop.call('POST', '/messages', message, { 'accept-language': 'fr' });
  expect(french.body.detail).toMatch(/désinscription/);
  const chat = await shop.call('POST', '/conversations', { phone: PHONE, text: 'Bonjour' });
  expect([chat.status, chat.body.code]).toEqual([422, 'opted-out']);
  expect(await rows(api.db.pool, 'select id from messages')).toEqual([]);
  const skipped = await shop.call('POST', '/messages', { ...message, skipOptedOut: true });
  expect([skipped.status, skipped.body.state]).toEqual([202, 'queued']);
  expect((await shop.call('POST', '/conversations', { phone: PHONE, text: 'Bonjour', skipOptedOut: true })).status).toBe(202);
});

test('a chat answer to a number that opted out is refused by name', async () => {
  await using api = await startApi();
  const shop = await aShop(api);
  const { body: begun } = await shop.call('POST', '/conversations', { phone: PHONE, text: 'Bonjour' });
  await shop.call('POST', '/opt-outs/import', { entries: [{ phone: PHONE }] });
  const answer = (more: object) => shop.call('POST', `/conversations/${begun.id}/messages`, { text: 'Merci', ...more });
  expect(await answer({})).toMatchObject({ status: 422, body: { code: 'opted-out' } });
  expect((await answer({ skipOptedOut: true })).status).toBe(202);
});

test('a campaign says how many of its recipients opted out, and so does its preview', async () => {
  await using api = await startApi();
  const shop = await aShop(api);
  await shop.call('POST', '/opt-outs/import', { entries: [{ phone: PHONE }] });
  const recipients = [{ to: PHONE }, { to: '+33612000002' }];
  for (const path of ['/campaigns/preview', '/campaigns']) {
    const { body } = await shop.call('POST', path, { ...campaign, recipients });
    expect(body.warnings).toContainEqual({ code: 'opted-out', detail: '1 recipient has opted out: the message is skipped.' });
  }
});

test.each([
  ['+33140000000', true],
  ['+33612000001', false],
  ['+33975000000', true],
  ['+442079460000', true],
  ['+447400123456', false],
  ['+12125550123', false],
])('%s is a landline: %s', (phone, fixed) => {
  expect(isLandline(phone)).toBe(fixed);
});

test('landlines are warned of by default, refused by row or let be where the account says', async () => {
  await using api = await startApi();
  const shop = await aShop(api);
  const recipients = [{ to: '01 40 00 00 00' }, { to: PHONE }];
  const warned = await shop.call('POST', '/campaigns', { ...campaign, recipients });
  expect(warned.body.warnings).toContainEqual({ code: 'landline', detail: '1 recipient is on a fixed line, which gets no SMS.' });
  const single = await shop.call('POST', '/messages', { ...message, to: '+33140000000' });
  expect([single.status, codes(single.body.warnings)]).toEqual([202, ['landline']]);
  await shop.call('PATCH', '/policies', { landlines: 'refuse' });
  const refused = await shop.call('POST', '/campaigns', { ...campaign, recipients });
  expect([refused.status, refused.body.errors]).toEqual([
    422,
    [expect.objectContaining({ row: 1, field: 'to', code: 'landline' })],
  ]);
  expect((await shop.call('POST', '/messages', { ...message, to: '+33140000000' })).body.errors).toMatchObject([
    { field: 'to', code: 'landline' },
  ]);
  await shop.call('PATCH', '/policies', { landlines: 'off' });
  expect((await shop.call('POST', '/campaigns', { ...campaign, recipients })).body.warnings).toEqual([]);
});

test('lowcost to a country that no SIM sends to is refused row by row', async () => {
  await using api = await startApi();
  const shop = await aShop(api);
  const recipients = [{ to: PHONE }, { to: '+32470123456' }];
  const lowcost = { ...campaign, route: 'lowcost', sender: undefined, purpose: 'transactional', recipients };
  expect((await shop.call('POST', '/campaigns', lowcost)).status).toBe(202);
  await simsReach(api.db, ['FR']);
  const refused = await shop.call('POST', '/campaigns', lowcost);
  expect([refused.status, refused.body.errors]).toEqual([422, [expect.objectContaining({ row: 2, code: 'not-reached' })]]);
});

test('a sender that gives way to a number is always said', async () => {
  await using api = await startApi();
  const shop = await aShop(api, { platform: 'v2' });
  const given = { ...campaign, withReplies: true };
  const accepted = await shop.call('POST', '/campaigns', given);
  expect(accepted.body.warnings).toContainEqual({
    code: 'sender-overridden',
    detail: expect.stringMatching(/^The sender Boutique is not what is shown: messages come from 36200/),
  });
  const single = await shop.call('POST', '/messages', { ...message, to: '+33612000009', withReplies: true });
  expect(codes(single.body.warnings)).toEqual(['sender-overridden']);
  expect(
    codes(
      (await shop.call('POST', '/campaigns', { ...given, sender: '12345', recipients: [{ to: '+33612000008' }] })).body.warnings,
    ),
  ).toEqual([]);
});

test('an account is not made in the future', async () => {
  await using api = await startApi();
  const basis = { name: 'n', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  const refused = await api.asOperator('POST', '/accounts', { ...basis, createdAt: '2999-01-01T00:00:00Z' });
  expect([refused.status, refused.body.errors]).toEqual([
    400,
    [expect.objectContaining({ field: 'createdAt', code: 'in-future' })],
  ]);
});

test.each([
  ['Répondez au XXXXX', null],
  ['Répondez au XXXXXX', { found: 'XXXXXX', at: 13 }],
  ['Répondez au xxxxx', { found: 'xxxxx', at: 13 }],
  ['XXXX !', { found: 'XXXX', at: 1 }],
  ['Taille XXL, xxx', null],
])('of %s the place of what is nearly XXXXX is %j', (text, slip) => {
  expect(placeholderSlip(text)).toEqual(slip);
});

test('what is nearly XXXXX is refused beside replies, with its place, and warned of without', async () => {
  await using api = await startApi();
  const shop = await aShop(api);
  const send = (text: string, more: object) => shop.call('POST', '/campaigns', { ...campaign, text, ...more });
  for (const text of ['Écrivez au xxxxx', 'Écrivez au XXXXXX']) {
    const refused = await send(text, { withReplies: true });
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [expect.objectContaining({ field: 'text', code: 'placeholder-slip', problem: expect.stringMatching(/at character 12/) })],
    ]);
  }
  const plain = await send('Référence xxxxx STOP au 36105', {});
  expect([plain.status, codes(plain.body.warnings)]).toEqual([202, ['placeholder-slip']]);
});

test('a mixed list on a rented number is told to send its French part by short code', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const [{ id: carrier } = { id: '' }] = await rows<{ id: string }>(
    api.db.pool,
    `select id from carriers where route = 'premium'`,
  );
  await api.asOperator('POST', '/numbers', { number: '+12015550123', kind: 'virtual', carrier, country: 'US' });
  await api.asOperator('POST', '/prices', { kind: 'number-month', country: '*', amount: '0' });
  await shop.call('POST', '/numbers/rent', { number: '+12015550123' });
  const recipients = [{ to: '+12015550188' }, { to: PHONE }];
  const refused = await shop.call('POST', '/campaigns', { ...campaign, sender: '+12015550123', withReplies: true, recipients });
  expect([refused.status, refused.body.errors]).toEqual([
    422,
    [expect.objectContaining({ code: 'no-replies-from-number', remedy: expect.stringContaining('by short code') })],
  ]);
});

test('a number without a price is not rented; a price of 0 makes it free', async () => {
  await using api = await startApi();
  const shop = await aShop(api);
  const [{ id: carrier } = { id: '' }] = await rows<{ id: string }>(
    api.db.pool,
    `select id from carriers where route = 'premium'`,
  );
  await api.asOperator('POST', '/numbers', { number: '+33644000001', kind: 'virtual', carrier, country: 'FR' });
  const refused = await shop.call('POST', '/numbers/rent', { country: 'FR' });
  expect([refused.status, refused.body.code]).toEqual([409, 'price-missing']);
  await api.asOperator('POST', '/prices', { kind: 'number-month', country: 'FR', amount: '0' });
  expect((await shop.call('POST', '/numbers/rent', { country: 'FR' })).status).toBe(201);
});
