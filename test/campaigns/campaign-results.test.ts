import { expect, test } from 'vitest';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { aMessage, aReply } from '../fixtures/rows.ts';

const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 24, 9, minutes));

test('results count phones once, by their first answer, its time, its word and its country', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const body = { name: 'n', route: 'premium', sender: 'Boutique', text: 'x', recipients: [{ to: '+33612000009' }] };
  const { id: campaignId } = (await shop.call('POST', '/campaigns', body)).body;
  const sent = { accountId: shop.id, campaignId, submittedAt: at(0) };
  const [lea, jan, tom] = [
    await aMessage(api.db, { ...sent, row: 2, toNumber: '+33612000001', state: 'delivered' }),
    await aMessage(api.db, { ...sent, row: 3, toNumber: '+32470123456', state: 'delivered' }),
    await aMessage(api.db, { ...sent, row: 4, toNumber: '+33612000002', state: 'accepted' }),
  ];
  const reply = (message: typeof lea, minutes: number, text: string, more = {}) =>
    aReply(api.db, {
      accountId: shop.id,
      campaignId,
      messageId: message.id,
      fromNumber: message.toNumber,
      receivedAt: at(minutes),
      text,
      ...more,
    });
  await reply(lea, 3, 'Réponse : oui');
  await reply(lea, 40, '« reponse » encore');
  await reply(jan, 20, 'STOP', { optOut: true });
  await reply(tom, 1, 'caché', { hidden: true });

  for (const [minute, text] of ['J’ai reçu', "j'ai vu", 'Est-ce ouvert ?', 'OUI', 'Oui', 'oui merci', 'Ouiiii'].entries())
    await reply(jan, 21 + minute, text);

  const { status, body: results } = await shop.call('GET', `/campaigns/${campaignId}/results`);
  expect(status).toBe(200);
  expect(results).toMatchObject({
    campaignId,
    messages: 3,
    delivered: 2,
    replies: 10,
    repliers: 2,
    optOuts: 1,
    keywords: [
      { word: 'OUI', replies: 4 },
      { word: "J'AI", replies: 2 },
      { word: 'REPONSE', replies: 2 },
      { word: 'EST-CE', replies: 1 },
      { word: 'STOP', replies: 1 },
    ],
    countries: [
      { country: 'FR', messages: 2, replies: 2, repliers: 1 },
      { country: 'BE', messages: 1, replies: 8, repliers: 1 },
    ],
  });
  const curve = new Map(
    results.curve.map((each: { withinMinutes: number | null; repliers: number }) => [each.withinMinutes, each.repliers]),
  );
  expect([1, 5, 15, 30, null].map((minutes) => curve.get(minutes))).toEqual([0, 1, 1, 2, 2]);
});
