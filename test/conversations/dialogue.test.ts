import { expect, test } from 'vitest';
import { textOf, type Answer } from '../../dev/seed.ts';
import { phone, startApp, until } from '../fixtures/app.ts';

test('after an answer by chat, API or rule, the next reply keeps its campaign and its thread', async () => {
  await using app = await startApp({ ways: { callback: true } });
  const campaign = await app.campaign([{ to: phone(1) }], { purpose: 'transactional', requestId: 'rentrée' });
  const id = textOf(campaign, 'id');
  const arrived = (count: number) => until('the phone has it', () => app.world.phones.received.length === count);
  const comes = (text: string): Promise<Answer> =>
    until('the reply is there', async () => (await app.replies()).find((reply) => reply['text'] === text));
  await arrived(1);
  await app.world.phones.reply(phone(1), 'À quelle heure ?');
  const first = await comes('À quelle heure ?');
  const conversation = textOf(first, 'conversationId');
  const answer = (text: string) => app.account.send('POST', `/v1/conversations/${conversation}/messages`, { text });
  await app.account.send('POST', '/v1/keyword-rules', { word: 'adresse', actions: [{ do: 'answer', text: '3 rue des Lilas' }] });

  await answer('À midi.');
  await arrived(2);
  await app.world.phones.reply(phone(1), 'Adresse ?');
  await comes('Adresse ?');
  await arrived(3);
  await app.world.phones.reply(phone(1), 'Merci, à samedi');
  await comes('Merci, à samedi');

  const replies = await app.replies();
  expect(replies.map((reply) => [reply['campaignId'], reply['conversationId']])).toEqual([1, 2, 3].map(() => [id, conversation]));
  const bodies = await until('the endpoint has all', () => app.world.endpoint.calls.length === 3 && app.world.endpoint.calls);
  for (const { body } of bodies) {
    const event: unknown = JSON.parse(body);
    expect(event).toMatchObject({ data: { campaign: { id, requestId: 'rentrée' }, conversationId: conversation } });
  }
  expect(await app.account.get(`/v1/campaigns/${id}/results`)).toMatchObject({ replies: 3, repliers: 1 });
  expect(await app.account.get('/v1/analytics')).toMatchObject({ campaigns: [{ id, repliers: 1 }] });
});

test('an answer in a dialogue that no campaign began belongs to none', async () => {
  await using app = await startApp({ ways: {} });
  await app.account.send('POST', '/v1/messages', { to: phone(1), text: 'Bonjour', route: 'premium', withReplies: true });
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'Bonjour !');
  expect(await until('it is there', async () => (await app.replies())[0])).toMatchObject({ campaignId: null });
});
