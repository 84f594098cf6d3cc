import { expect, test } from 'vitest';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { startApp, phone, until } from '../fixtures/app.ts';

test('held marketing waits for the morning and goes by itself; other messages do not wait', async () => {
  // Three seconds before eight in Paris, on a Wednesday in winter, until the test says otherwise.
  let now = new Date('2026-01-14T06:59:57Z');
  await using app = await startApp({ ways: {}, clock: () => now });
  await app.account.send('PATCH', '/v1/policies', { quietHours: 'hold' });
  await app.campaign([{ to: phone(1) }], { purpose: 'transactional' });
  const marketing = await app.campaign([{ to: phone(2) }]);
  await until('the transactional one is there', () => app.world.phones.received[0]);
  const held = await until('the other waits for the hour', async () => {
    const [row] = await app.rows<{ state: string; reason: string }>(
      `select state, reason from messages where campaign_id = $1 and not_before is not null`,
      [marketing['id']],
    );
    return row;
  });
  expect(held).toEqual({ state: 'queued', reason: 'quiet-hours' });
  expect(app.world.phones.received.map((sms) => sms.to)).toEqual([phone(1)]);
  // An answer in the chat, a conversation that the account begins, and a message by itself.
  await app.world.phones.reply(phone(1), 'OUI');
  const [talk] = await until('the reply is there', async () => {
    const items = itemsOf(await app.account.get('/v1/conversations'));
    return items.length > 0 && items;
  });
  await app.account.send('POST', `/v1/conversations/${textOf(talk ?? {}, 'id')}/messages`, { text: 'À samedi' });
  await app.account.send('POST', '/v1/conversations', { phone: phone(3), text: 'Bonjour' });
  await app.account.send('POST', '/v1/messages', { to: phone(4), text: 'Colis livré', route: 'premium', sender: 'Boutique' });
  await until('all three are there', () => app.world.phones.received.length === 4);
  expect(app.world.phones.received.map((sms) => sms.to)).not.toContain(phone(2));
  now = new Date('2026-01-14T07:00:00Z');
  const sms = await until('it has gone by itself', () => app.world.phones.received[4]);
  expect(sms.to).toBe(phone(2));
});

test('by default nothing is held, whatever the hour', async () => {
  await using app = await startApp({ ways: {}, clock: () => new Date('2026-01-18T02:00:00Z') });
  await app.campaign([{ to: phone(1) }]);
  const sms = await until('the phone has it', () => app.world.phones.received[0]);
  expect(sms.to).toBe(phone(1));
});
