import { expect, test } from 'vitest';
import { claimCallbacks, freshRoom, type ClaimedCallback } from '../../../activities/callbacks/claim-callbacks.ts';
import { renewLeases } from '../../../activities/callbacks/keep-claims.ts';
import { createFirstClaims } from '../../../activities/callbacks/first-claims.ts';
import { reclaimDead } from '../../../activities/due-deliveries.ts';
import { newId } from '../../../database/ids.ts';
import { rows } from '../../../database/sql.ts';
import { anAccount, filing, startApi } from '../../fixtures/api.ts';
import { until } from '../../fixtures/app.ts';
import { aMessage, aReply } from '../../fixtures/rows.ts';
import { timePasses } from '../../fixtures/states/time.ts';

/** An account with an endpoint, and replies to it that are filed with their claims. */
async function aShop(fields: object = {}) {
  const api = await startApi();
  const shop = await anAccount(api);
  const { pool } = api.db;
  await shop.call('POST', '/callback-endpoints', { url: 'https://shop.example.com/hook', ...fields });
  const message = await aMessage(api.db, { accountId: shop.id });
  let woken = 0;
  const firsts = createFirstClaims({ pool, log: api.services.log, onCallbacksDue: () => void woken++ });
  const claims: ClaimedCallback[] = [];
  const file = filing(api, {
    first: {
      room: () => freshRoom,
      keep(born) {
        claims.push(...born);
        firsts.keep(born);
      },
    },
  });
  return {
    pool,
    firsts,
    claims,
    woken: () => woken,
    async replied(count: number): Promise<string[]> {
      const basis = { carrierId: message.carrierId, filedAt: null, runId: null, sequence: null };
      const replies = await Promise.all(Array.from({ length: count }, () => aReply(api.db, basis)));
      const { callbacks } = await file(
        replies.map(({ id }) => id),
        'replies/test',
      );
      return callbacks;
    },
    states: () =>
      rows<{ state: string; attempts: number; count: number }>(
        pool,
        'select state, attempts, count(*)::int as count from deliveries group by 1, 2 order by 1',
      ),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

test('replies are stored with the claims of their first attempts, as far as there are places', async () => {
  await using shop = await aShop();
  const owed = await shop.replied(10);
  expect(owed).toHaveLength(10);
  expect(await shop.states()).toEqual([
    { state: 'in_flight', attempts: 1, count: 8 },
    { state: 'pending', attempts: 0, count: 2 },
  ]);
  expect(shop.claims.map(({ attempt, trigger, url }) => `${attempt} ${trigger} ${url}`)).toEqual(
    Array.from({ length: 8 }, () => '1 auto https://shop.example.com/hook'),
  );
  expect(JSON.parse(shop.claims[0]?.body ?? '')).toMatchObject({ type: 'reply.received', id: shop.claims[0]?.eventId });
  expect(await claimCallbacks(shop.pool, owed)).toEqual([]);
  expect(shop.firsts.take(owed)).toHaveLength(8);
  expect(shop.firsts.take(owed)).toEqual([]);
});

test('where a conversation’s order is kept no reply is stored with a claim', async () => {
  await using shop = await aShop({ ordered: true });
  await shop.replied(2);
  expect(await shop.states()).toEqual([{ state: 'pending', attempts: 0, count: 2 }]);
});

test('a first attempt that no run collects in time is given back: due at once, and not spent', async () => {
  await using shop = await aShop();
  const owed = await shop.replied(2);
  await until('they are given back', async () => (await shop.states())[0]?.state === 'held', 8000);
  expect(await shop.states()).toEqual([{ state: 'held', attempts: 0, count: 2 }]);
  expect([shop.firsts.take(owed), shop.woken()]).toEqual([[], 1]);
  expect(await claimCallbacks(shop.pool, owed)).toHaveLength(2);
});

test('a process that ends gives back what it has not posted', async () => {
  await using shop = await aShop();
  const owed = await shop.replied(3);
  expect(shop.firsts.take(owed.slice(0, 1))).toHaveLength(1);
  await shop.firsts.close();
  expect(await shop.states()).toEqual([
    { state: 'held', attempts: 0, count: 2 },
    { state: 'in_flight', attempts: 1, count: 1 },
  ]);
});

test('a long first attempt has its lease renewed; one of a dead process is unknown, made again', async () => {
  await using shop = await aShop();
  await shop.replied(2);
  const [slow, dead] = shop.claims;
  await timePasses(shop, '8 seconds', { deliveries: ['lease_until'] });
  await renewLeases(shop.pool, [
    { id: slow?.id ?? '', claim: slow?.claim ?? '' },
    { id: dead?.id ?? '', claim: newId() },
  ]);
  const leases = await rows<{ id: string; seconds: number }>(
    shop.pool,
    'select id, extract(epoch from lease_until - now())::float8 as seconds from deliveries order by id',
  );
  const secondsOf = (id?: string) => leases.find((each) => each.id === id)?.seconds ?? 0;
  expect(secondsOf(dead?.id)).toBeLessThan(3);
  expect(secondsOf(slow?.id)).toBeGreaterThan(8);
  await timePasses(shop, '1 hour', { deliveries: ['lease_until'] }, { id: dead?.id ?? '' });
  expect(await reclaimDead(shop.pool)).toBe(1);
  expect(await rows(shop.pool, 'select id, delivery_id, number, class, ended_at from delivery_attempts')).toEqual([
    { id: dead?.claim, delivery_id: dead?.id, number: 1, class: 'unknown', ended_at: null },
  ]);
});
