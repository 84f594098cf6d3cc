import { expect, test } from 'vitest';
import { settleAndClaim } from '../../activities/sending/claim-and-settle.ts';
import type { Slot } from '../../activities/sending/slot-lease.ts';
import { rows } from '../../database/sql.ts';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { phone, startApp, until, zoneAtNoon } from '../fixtures/app.ts';
import { aConversation, aMessage } from '../fixtures/rows.ts';
import { allLiveIn } from '../fixtures/states/accounts.ts';
import { aSlot } from '../fixtures/states/sending.ts';

const CENTS = 10_000;
const PRICE = { kind: 'segment', country: '*', route: 'premium', amount: '0.05', validFrom: '2020-01-01T00:00:00Z' };

/** An account whose segments cost 0.05, a conversation of its own, and so many connections to its carrier. */
async function startDesk(connections = 1) {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const { premiumId } = await carriers(api);
  const { pool } = api.db;
  await api.asOperator('POST', '/prices', PRICE);
  const shop = await anAccount(api, { timeZone: zoneAtNoon() });
  const { id } = await aConversation(api.db, { account: shop.id, carrierId: premiumId });
  const slots: Slot[] = [];
  for (let slot = 0; slot < connections; slot++) slots.push(await aSlot(api.db, premiumId, slot));
  const running = stack.move();
  return {
    api,
    shop,
    limit: (day: string) => shop.call('PATCH', '/spend-limits', { day }),
    answer: (text: string) => shop.call('POST', `/conversations/${id}/messages`, { text }),
    /** Claims them by one of the connections. */
    claim: (ids: string[], connection = 0) => {
      const slot = slots[connection];
      if (!slot) throw new Error('There is no such connection');
      return settleAndClaim(pool, slot, { wanted: ids, accounts: [shop.id] });
    },
    queue: async (fields: Parameters<typeof aMessage>[1] = {}) =>
      (
        await aMessage(api.db, {
          accountId: shop.id,
          carrierId: premiumId,
          state: 'queued',
          epoch: null,
          submittedAt: null,
          costMicros: 5 * CENTS,
          ...fields,
        })
      ).id,
    conversationId: id,
    states: () =>
      rows<{ text: string; state: string; reason: string | null }>(
        pool,
        'select text, state, reason from messages order by text',
      ),
    spending: async () => (await shop.call('GET', '/spend-limits')).body,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('an answer has its price; one that costs more than is left is refused, not stored', async () => {
  await using desk = await startDesk();
  await desk.limit('0.10');
  const short = await desk.answer('Oui');
  expect(short).toMatchObject({ status: 202, body: { cost: { amount: '0.05', currency: 'EUR' } } });
  expect(await desk.answer('a'.repeat(321))).toMatchObject({
    status: 409,
    body: { code: 'spend-limit', detail: expect.stringContaining('It costs 0.15 EUR, and 0.10 EUR are left') },
  });
  expect(await desk.claim([short.body.id])).toMatchObject([{ state: 'submitting' }]);
  expect((await desk.spending()).spent.day.amount).toBe('0.05');
  expect((await desk.answer('a'.repeat(161))).status).toBe(409);
  expect((await desk.shop.call('POST', '/conversations', { phone: '+33612000009', text: 'a'.repeat(161) })).body).toMatchObject({
    code: 'spend-limit',
  });
  expect((await desk.shop.call('GET', `/messages/${short.body.id}`)).body.cost).toEqual({ amount: '0.05', currency: 'EUR' });
  expect((await desk.states()).map(({ text }) => text)).toEqual(['Oui']);
  expect((await desk.shop.call('GET', `/conversations/${desk.conversationId}`)).body.answers).toBe(1);
});

test('two answers race for the last of a limit: one goes, the other is left out at once', async () => {
  await using desk = await startDesk(2);
  await desk.limit('0.05');
  const answers = await Promise.all([desk.answer('Oui'), desk.answer('Non')]);
  expect(answers.map(({ status }) => status)).toEqual([202, 202]);
  const claims = await Promise.all(answers.map(({ body }, connection) => desk.claim([body.id], connection)));
  expect(claims.flatMap((each) => each?.map(({ state }) => state) ?? []).toSorted()).toEqual(['skipped', 'submitting']);
  expect(new Set((await desk.states()).map(({ state, reason }) => `${state} ${reason}`))).toEqual(
    new Set(['submitting null', 'skipped spend-limit']),
  );
  const entries = itemsOf((await desk.shop.call('GET', `/conversations/${desk.conversationId}/messages`)).body);
  expect(entries).toMatchObject(expect.arrayContaining([expect.objectContaining({ state: 'skipped', reason: 'spend-limit' })]));
  expect(await desk.spending()).toMatchObject({ spent: { day: { amount: '0.05' } }, heldUntil: null });
  expect((await desk.answer('Encore')).status).toBe(409);
});

test('answers come before campaigns, small before large; STOP and CONTACT always get theirs', async () => {
  await using desk = await startDesk();
  await desk.limit('0.20');
  const { conversationId } = desk;
  const ids = [
    await desk.queue({ text: '1 single' }),
    await desk.queue({ text: '2 single' }),
    await desk.queue({ text: '3 large', conversationId, costMicros: 40 * CENTS }),
    await desk.queue({ text: '4 small', conversationId }),
    await desk.queue({ text: '5 stop', automatic: 'stop-confirmation' }),
    await desk.queue({ text: '6 contact', automatic: 'contact', conversationId }),
  ];
  await desk.claim(ids);
  expect((await desk.states()).map(({ text, state, reason }) => `${text}: ${state} ${reason}`)).toEqual([
    '1 single: submitting null',
    '2 single: queued null',
    '3 large: skipped spend-limit',
    '4 small: submitting null',
    '5 stop: submitting null',
    '6 contact: submitting null',
  ]);
  expect((await desk.spending()).spent.day.amount).toBe('0.20');
  const { heldUntil } = await desk.spending();
  expect(heldUntil).not.toBeNull();

  // Nothing is left: what is owed goes all the same, and counts; the campaign goes on waiting.
  await desk.claim([
    await desk.queue({ text: '7 stop', automatic: 'stop-confirmation' }),
    await desk.queue({ text: '8 word', automatic: 'answer', conversationId }),
  ]);
  expect((await desk.states()).slice(-2).map(({ state, reason }) => `${state} ${reason}`)).toEqual([
    'submitting null',
    'skipped spend-limit',
  ]);
  expect(await desk.spending()).toMatchObject({ spent: { day: { amount: '0.25' } }, heldUntil });
});

test('with a campaign held by its limit STOP and CONTACT are answered, and no other answer waits', async () => {
  await using app = await startApp({ ways: {} });
  await app.operator.send('POST', '/v1/operator/prices', PRICE);
  await app.operator.send('PATCH', `/v1/operator/carriers/${app.smppId}`, { stopConfirmations: true });
  await allLiveIn(app.db, zoneAtNoon());
  await app.account.send('PATCH', '/v1/policies', { contactText: 'Appelez le 01 02 03 04 05' });
  await app.account.send('POST', '/v1/keyword-rules', { word: 'info', actions: [{ do: 'answer', text: 'Voici.' }] });
  await app.account.send('PATCH', '/v1/spend-limits', { day: '0.15' });
  const campaign = await app.campaign(
    Array.from({ length: 4 }, (_, index) => ({ to: phone(index) })),
    { purpose: 'transactional' },
  );
  await until('it waits', async () => (await app.account.get(`/v1/campaigns/${textOf(campaign, 'id')}`))['waiting']);
  const [one, two, three] = app.world.phones.received.map(({ to }) => to);
  await app.world.phones.reply(one ?? '', 'STOP');
  await app.world.phones.reply(two ?? '', 'CONTACT');
  await app.world.phones.reply(three ?? '', 'info');
  await until('both have their answers', () => app.world.phones.received.length === 5);
  await until('the third is left out', async () => (await app.rows(`select from messages where state = 'skipped'`))[0]);
  expect(
    await app.rows(`select automatic, state, reason, cost_micros from messages where automatic is not null order by 1`),
  ).toEqual([
    { automatic: 'answer', state: 'skipped', reason: 'spend-limit', cost_micros: 5 * CENTS },
    { automatic: 'contact', state: expect.stringMatching(/submitting|accepted|delivered/), reason: null, cost_micros: 5 * CENTS },
    {
      automatic: 'stop-confirmation',
      state: expect.stringMatching(/submitting|accepted|delivered/),
      reason: null,
      cost_micros: 5 * CENTS,
    },
  ]);
  const [conversation] = itemsOf(await app.account.get('/v1/conversations'));
  await expect(
    app.account.send('POST', `/v1/conversations/${textOf(conversation ?? {}, 'id')}/messages`, { text: 'Oui' }),
  ).rejects.toThrow(/spend-limit/);
  expect(await app.account.get(`/v1/campaigns/${textOf(campaign, 'id')}`)).toMatchObject({
    waiting: { reason: 'spend-limit' },
    progress: { queued: 1 },
  });
});
