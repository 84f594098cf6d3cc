import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';

const message = { to: '0612000001', route: 'premium', sender: 'Boutique', text: 'Votre code est 1234' };

test('one message is stored without a campaign, handed to a run, and can be looked up', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const made = await shop.call('POST', '/messages', { ...message, withReplies: true, reference: 'order-7' });
  expect(made.status).toBe(202);
  expect(made.body).toMatchObject({
    to: '+33612000001',
    sender: '36200',
    replyCode: '36200',
    state: 'queued',
    reference: 'order-7',
    campaignId: null,
    given: { sender: 'Boutique' },
  });
  expect(api.asked.filter(({ what }) => what === 'sendMessages')).toEqual([{ what: 'sendMessages', ids: [made.body.id] }]);
  const { given, warnings, ...view } = made.body;
  expect([given, warnings[0].code]).toEqual([{ sender: 'Boutique' }, 'sender-overridden']);
  expect((await shop.call('GET', `/messages/${made.body.id}`)).body).toEqual(view);
  expect(await rows(api.db.pool, 'select two_way, row, campaign_id from messages')).toEqual([
    { two_way: true, row: null, campaign_id: null },
  ]);
});

test('the same key sends a message once', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const first = await shop.call('POST', '/messages', message, { 'idempotency-key': 'k' });
  const second = await shop.call('POST', '/messages', message, { 'idempotency-key': 'k' });
  expect(second.text).toBe(first.text);
  expect(api.asked.filter(({ what }) => what === 'sendMessages')).toHaveLength(1);
});

const wrong: [string, object, string][] = [
  ['a number that is none', { to: '12' }, 'to'],
  ['an unknown merge tag', { text: 'Bonjour {{firstName}}' }, 'text'],
  ['a text over eight segments', { text: 'a'.repeat(1225) }, 'text'],
  ['a control character', { text: 'a\u0000b' }, 'text'],
  ['a control character in the reference', { reference: 'a\u001bb' }, 'reference'],
];

test('what is wrong with a message is refused by the name of its field, without a row', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  for (const [name, fields, field] of wrong) {
    const { status, body } = await shop.call('POST', '/messages', { ...message, ...fields });
    expect({ name, status, errors: body.errors }).toEqual({
      name,
      status: 400,
      errors: [{ field, code: expect.any(String), problem: expect.any(String), remedy: expect.any(String) }],
    });
  }
  expect(await rows(api.db.pool, 'select id from messages')).toEqual([]);
});

test('eight segments are accepted, and counted', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  expect((await shop.call('POST', '/messages', { ...message, text: 'a'.repeat(1224) })).body.segments).toBe(8);
});
