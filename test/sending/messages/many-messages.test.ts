import { expect, test } from 'vitest';
import { rows } from '../../../database/sql.ts';
import { anAccount, carriers, startApi } from '../../fixtures/api.ts';
import { phone, startApp, until } from '../../fixtures/app.ts';
import { timePasses } from '../../fixtures/states/time.ts';

const message = { route: 'premium', sender: 'Boutique' };

test('a thousand different messages go in one call, in their order, with their price', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  await api.asOperator('POST', '/prices', { kind: 'segment', country: 'FR', route: 'premium', amount: '0.05' });
  const messages = Array.from({ length: 1000 }, (_, n) => ({ ...message, to: phone(n), text: `Code ${n}`, reference: `r${n}` }));
  const sent = await shop.call('POST', '/messages/bulk', { messages }, { 'idempotency-key': 'bulk-1' });
  expect([sent.status, sent.body.items.length, sent.body.cost]).toEqual([202, 1000, { amount: '50.00', currency: 'EUR' }]);
  expect(sent.body.items.map(({ text }: { text: string }) => text)).toEqual(messages.map(({ text }) => text));
  expect(sent.body.items[7]).toMatchObject({ to: phone(7), reference: 'r7', cost: { amount: '0.05' } });
  const again = await shop.call('POST', '/messages/bulk', { messages }, { 'idempotency-key': 'bulk-1' });
  expect(again.body).toEqual(sent.body);
  expect(await rows(api.db.pool, 'select count(*)::int as count from messages')).toEqual([{ count: 1000 }]);
  expect((await shop.call('POST', '/messages/bulk', { messages: [...messages, messages[0]] })).status).toBe(400);
});

test('two messages to one number are both sent; tags, senders and routes may differ', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const messages = [
    { ...message, to: phone(1), text: 'Un' },
    { ...message, to: phone(1), text: 'Deux' },
    { ...message, to: phone(1), text: 'Réf {{reference}}', reference: 'A7' },
    { route: 'lowcost', to: phone(2), text: 'Trois' },
  ];
  const { body } = await shop.call('POST', '/messages/bulk', { messages });
  expect(body.items.map(({ text }: { text: string }) => text)).toEqual(['Un', 'Deux', 'Réf A7', 'Trois']);
});

test('one that is wrong refuses all, by its row', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  await shop.call('POST', '/opt-outs/import', { entries: [{ phone: phone(3) }] });
  const messages = [
    { ...message, to: phone(1), text: 'Un' },
    { ...message, to: '12', text: 'Deux' },
    { ...message, to: phone(2), text: 'a'.repeat(1225) },
    { ...message, to: phone(3), text: 'Quatre' },
  ];
  const refused = await shop.call('POST', '/messages/bulk', { messages });
  expect([refused.status, refused.body.code]).toEqual([422, 'invalid-rows']);
  expect(refused.body.errors.map(({ row, code }: { row: number; code: string }) => [row, code])).toEqual([
    [2, 'phone-unassigned'],
    [3, 'row-too-long'],
  ]);
  expect(await rows(api.db.pool, 'select id from messages')).toEqual([]);
});

test('a message goes at its time, and not after its validity', async () => {
  await using app = await startApp({ ways: {} });
  const at = new Date(Date.now() + 4000).toISOString();
  const later = await app.account.send('POST', '/v1/messages', { ...message, to: phone(1), text: 'Plus tard', sendAt: at });
  expect(later).toMatchObject({ state: 'queued', notBefore: at });
  const old = await app.account.send('POST', '/v1/messages', {
    ...message,
    to: phone(2),
    text: 'Trop tard',
    sendAt: at,
    validity: 60,
  });
  await timePasses(app.db, '1 hour', { messages: ['expires_at'] }, { id: String(old['id']) });
  await until('the first is with its phone', () => app.world.phones.received.some(({ text }) => text === 'Plus tard'));
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(at));
  await until(
    'the second is skipped',
    async () => (await app.account.get(`/v1/messages/${String(old['id'])}`))['state'] === 'skipped',
  );
  expect(await app.account.get(`/v1/messages/${String(old['id'])}`)).toMatchObject({ reason: 'expired' });
  expect(app.world.phones.received.map(({ text }) => text)).not.toContain('Trop tard');
});
