import { expect, test } from 'vitest';
import { percentilesOf } from '../../domain/campaigns/percentiles.ts';
import { anAccount, carriers, startApi, type TestAccount, type TestApi } from '../fixtures/api.ts';
import { aDelivery, aMessage, aReply } from '../fixtures/rows.ts';
import { deliveredIn, emptied, ended, launched } from '../fixtures/states/campaigns.ts';
import { storedAt } from '../fixtures/states/replies.ts';
import { timePasses } from '../fixtures/states/time.ts';

const NOW = new Date();
/** Seconds before now, so that no rounding makes a time one to come. */
const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);

async function aCampaign(api: TestApi, shop: TestAccount, route: 'premium' | 'lowcost'): Promise<string> {
  const body = {
    name: route,
    route,
    sender: route === 'premium' ? 'Boutique' : undefined,
    text: 'x',
    recipients: [{ to: '+33612000009' }],
  };
  const { id } = (await shop.call('POST', '/campaigns', body)).body;
  await emptied(api.db, id);
  return String(id);
}
const delivered = (api: TestApi, shop: TestAccount, id: string, seconds: number[]) =>
  deliveredIn(api.db, { accountId: shop.id, id, at: ago(100_000) }, seconds);
const off = (value: number, from: number): number => Math.abs(value - from) / from;

test('how long SMS took counts all that were delivered, slow ones too, by route, to one per cent', async () => {
  await using api = await startApi();
  await carriers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const [premium, second, lowcost, theirs] = [
    await aCampaign(api, shop, 'premium'),
    await aCampaign(api, shop, 'premium'),
    await aCampaign(api, shop, 'lowcost'),
    await aCampaign(api, other, 'premium'),
  ];
  // The first three thousand in a second each, the thousand after them in 1,000 to 1,999 seconds; and 97 that took 7.
  await delivered(api, shop, premium, [...Array(3000).fill(1), ...Array.from({ length: 1000 }, (_, n) => 1000 + n)]);
  await delivered(api, shop, second, Array(97).fill(7));
  await delivered(api, shop, lowcost, [0, -3, 20]);
  await delivered(api, other, theirs, [90_000]);
  const unsettled = { accountId: shop.id, campaignId: second, submittedAt: ago(50), settledAt: null } as const;
  await aMessage(api.db, { ...unsettled, row: 200, state: 'accepted' });
  await aMessage(api.db, { ...unsettled, row: 201, state: 'failed', settledAt: ago(10) });

  const { status, body } = await shop.call('GET', '/analytics');
  expect(status).toBe(200);
  const [fast, slow] = body.latency.delivery;
  expect([fast.route, fast.count, slow.route, slow.count]).toEqual(['premium', 4097, 'lowcost', 3]);
  // Of 4,097: the 2,049th took 1 s; the 3,893rd is the 796th of the slow ones, 1,795 s; the 4,057th the 960th, 1,959 s.
  for (const [value, by] of [
    [fast.p50, 1000],
    [fast.p95, 1_795_000],
    [fast.p99, 1_959_000],
    [slow.p95, 20_000],
  ])
    expect(off(value, by)).toBeLessThanOrEqual(0.01);
  expect(slow.p50).toBe(0);
  // An operator is told the same of an account, and nothing of one that does not exist.
  const seen = await api.asOperator('GET', `/accounts/${shop.id}/latency`);
  expect([seen.status, seen.body]).toEqual([200, body.latency]);
  expect((await api.asOperator('GET', '/accounts/018f0000-0000-7000-8000-000000000000/latency')).status).toBe(404);
  expect(body.campaigns.map(({ id, messages, delivered: arrived }: Record<string, unknown>) => [id, messages, arrived])).toEqual([
    [lowcost, 3, 3],
    [second, 98, 97],
    [premium, 4000, 4000],
  ]);
  expect(new Map(body.states.map(({ state, messages }: { state: string; messages: number }) => [state, messages]))).toEqual(
    new Map([
      ['delivered', 4100],
      ['accepted', 1],
      ['failed', 1],
    ]),
  );
});

test('a percentile is the least duration that so many did not exceed; of nothing there is none', () => {
  expect(percentilesOf([])).toBe(null);
  expect(percentilesOf([{ '-1': 1 }])).toEqual({ count: 1, p50: 0, p95: 0, p99: 0 });
  const step = (ms: number): string => String(Math.floor(Math.log(ms) / Math.log(1.02)));
  for (const ms of [1, 2, 50, 999, 60_000, 86_400_000, 259_200_000]) {
    const found = percentilesOf([{ [step(ms)]: 3 }]);
    expect([ms, off(found?.p50 ?? 0, ms) <= 0.01]).toEqual([ms, true]);
  }
});

test('a large campaign is not read at each visit: again once it ended, and when it is older', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const campaignId = await aCampaign(api, shop, 'premium');
  await launched(api.db, campaignId, { total: 100_000, at: ago(7200) });
  await delivered(api, shop, campaignId, [1, 2]);
  const counted = async () => (await shop.call('GET', '/analytics')).body.campaigns[0].messages;
  const older = (by: string) => timePasses(api.db, by, { campaign_figures: ['counted_at'] }, { campaign_id: campaignId });
  expect(await counted()).toBe(2);
  await aMessage(api.db, { accountId: shop.id, campaignId, row: 3, submittedAt: ago(60) });
  expect(await counted()).toBe(2);
  await older('5 minutes'); // two hours after it was launched, a twentieth is six
  expect(await counted()).toBe(2);
  await older('2 minutes');
  expect(await counted()).toBe(3);
  await aMessage(api.db, { accountId: shop.id, campaignId, row: 4, submittedAt: ago(60) });
  expect(await counted()).toBe(3);
  // Scheduled long ago, and going since a minute: its age is from when it began to send.
  await launched(api.db, campaignId, { total: 100_000, at: ago(30 * 86_400), sendAt: ago(60) });
  expect(await counted()).toBe(3);
  await older('2 minutes');
  expect(await counted()).toBe(4);
  await aMessage(api.db, { accountId: shop.id, campaignId, row: 5, submittedAt: ago(60) });
  await ended(api.db, campaignId);
  expect(await counted()).toBe(5);
});

test('how long callbacks took is from taken in to taken; tests, replays, failures are left out', async () => {
  await using api = await startApi();
  await carriers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  expect((await shop.call('GET', '/analytics')).body.latency.callback).toBe(null);
  const took = async (who: TestAccount, seconds: number, more: object = {}) => {
    const { id } = await aReply(api.db, { accountId: who.id, ingestedAt: ago(1000) });
    const finishedAt = new Date(ago(1000).getTime() + seconds * 1000);
    await aDelivery(api.db, { accountId: who.id, replyId: id, state: 'delivered', finishedAt, ...more });
  };
  for (let n = 1; n <= 20; n++) await took(shop, n);
  await took(shop, 500, { trigger: 'replay' });
  await took(shop, 500, { state: 'failed' });
  await took(shop, 500, { channel: 'email' });
  await took(other, 500);
  const { body } = await shop.call('GET', '/analytics');
  expect(body.latency.callback).toEqual({ count: 20, p50: 10_000, p95: 19_000, p99: 20_000 });
  const all: { replies: number }[] = body.replies;
  expect(all.reduce((sum, { replies }) => sum + replies, 0)).toBe(23);
});

test('replies by day cover every day asked for, by the account’s clocks, through a clock change', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api);
  const shop = await anAccount(api);
  // In Paris the clocks go back in the night to 25 October 2026: 23:30Z on the 24th is 01:30 on the 25th.
  for (const at of ['2026-10-24T23:30:00Z', '2026-10-26T12:00:00Z']) {
    const { id } = await aReply(api.db, {
      accountId: shop.id,
      carrierId: premiumId,
      receivedAt: new Date(at),
      ingestedAt: new Date(at),
    });
    await storedAt(api.db, id, at);
  }
  const { body } = await shop.call('GET', '/analytics?since=2026-10-24T10:00:00Z&until=2026-10-27T23:00:00Z');
  expect(body.replies.map(({ day, replies }: { day: string; replies: number }) => [day, replies])).toEqual([
    ['2026-10-24', 0],
    ['2026-10-25', 1],
    ['2026-10-26', 1],
    ['2026-10-27', 0],
  ]);
});
