import { expect, test } from 'vitest';
import { deliveriesQuery, type DeliveryWish } from '../../database/callbacks/find-deliveries.ts';
import { idAt, newId } from '../../database/ids.ts';
import { rows, transaction } from '../../database/sql.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { aConversation, aDelivery, aReply } from '../fixtures/rows.ts';
import { longHistory } from '../fixtures/states/callbacks.ts';

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test('deliveries are found by each filter and by several, page by page, newest first', async () => {
  await using api = await startApi();
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const talks = [
    await aConversation(api.db, { account: shop.id }),
    await aConversation(api.db, { account: shop.id, phone: '+33612000002' }),
  ];
  const replies = await Promise.all(talks.map(({ id }) => aReply(api.db, { accountId: shop.id, conversationId: id })));
  const [first, second] = replies.map(({ id }) => id);
  const endpoint = newId();
  const owed = [
    { replyId: first ?? '', state: 'delivered', endpointId: endpoint, createdAt: minutesAgo(50) },
    { replyId: first ?? '', state: 'held', heldReason: 'breaker', createdAt: minutesAgo(40) },
    { replyId: second ?? '', state: 'exhausted', endpointId: endpoint, createdAt: minutesAgo(30) },
    {
      replyId: second ?? '',
      state: 'delivered',
      channel: 'email',
      endpointId: null,
      emailId: newId(),
      createdAt: minutesAgo(20),
    },
  ] as const;
  const ids: string[] = [];
  for (const each of owed) ids.push((await aDelivery(api.db, { accountId: shop.id, ...each })).id);
  const [a, b, c, d] = ids;
  await aDelivery(api.db, { accountId: other.id, replyId: null, endpointId: endpoint });

  const found = async (query: string) =>
    (await shop.call('GET', `/deliveries?${query}`)).body.items.map(({ id }: { id: string }) => id);
  const [at45, at25] = [minutesAgo(45).toISOString(), minutesAgo(25).toISOString()];
  const wishes: [string, (string | undefined)[]][] = [
    ['', [d, c, b, a]],
    ['state=delivered', [d, a]],
    ['state=held', [b]],
    ['channel=email', [d]],
    [`endpoint=${endpoint}`, [c, a]],
    [`endpoint=${endpoint}&state=delivered`, [a]],
    [`endpoint=${endpoint}&state=exhausted`, [c]],
    [`reply=${first}`, [b, a]],
    [`conversation=${talks[1]?.id}`, [d, c]],
    [`conversation=${talks[1]?.id}&state=exhausted`, [c]],
    [`conversation=${talks[1]?.id}&reply=${first}`, []],
    [`conversation=${talks[0]?.id}&endpoint=${endpoint}&to=${at45}`, [a]],
    [`from=${at45}`, [d, c, b]],
    [`to=${at45}`, [a]],
    [`from=${at45}&to=${at25}`, [c, b]],
    [`from=${at45}&to=${at25}&state=held`, [b]],
  ];
  for (const [query, wanted] of wishes) expect([query, await found(query)]).toEqual([query, wanted]);

  const page = (await shop.call('GET', '/deliveries?limit=3')).body;
  const rest = (await shop.call('GET', `/deliveries?limit=3&cursor=${page.nextCursor}`)).body;
  expect([...page.items, ...rest.items].map(({ id }: { id: string }) => id)).toEqual([d, c, b, a]);
  expect(rest.nextCursor).toBeNull();
  expect((await shop.call('GET', '/deliveries?from=yesterday')).body.errors).toMatchObject([{ field: 'from' }]);
  expect((await other.call('GET', `/deliveries?conversation=${talks[0]?.id}`)).body.items).toEqual([]);
});

test('a replay takes its span and states at its endpoint alone: the beginning is in, the end out', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const endpoints: string[] = [];
  for (const name of ['a', 'b'])
    endpoints.push((await shop.call('POST', '/callback-endpoints', { url: `https://example.com/${name}` })).body.id);
  const [endpoint, other] = endpoints;
  const owed = [
    { minutes: 50, state: 'exhausted' },
    { minutes: 40, state: 'delivered' },
    { minutes: 30, state: 'exhausted' },
    { minutes: 20, state: 'aborted' },
    { minutes: 20, state: 'exhausted', endpointId: other ?? '' },
  ] as const;
  for (const [index, { minutes, ...each }] of owed.entries()) {
    const createdAt = minutesAgo(minutes);
    const id = idAt(createdAt.getTime() + index);
    await aDelivery(api.db, {
      id,
      accountId: shop.id,
      replyId: null,
      endpointId: endpoint ?? '',
      nextAt: null,
      createdAt,
      ...each,
    });
  }
  const total = async (wish: object) =>
    (await shop.call('POST', `/callback-endpoints/${endpoint}/replay`, { dryRun: true, ...wish })).body.total;
  const [since, until] = [minutesAgo(45).toISOString(), minutesAgo(25).toISOString()];
  expect(await total({})).toBe(3);
  expect(await total({ since })).toBe(2);
  expect(await total({ until })).toBe(2);
  expect(await total({ since, until })).toBe(1);
  expect(await total({ since, until, states: ['exhausted', 'delivered'] })).toBe(2);
  expect(await total({ since: minutesAgo(20.5).toISOString(), states: ['delivered'] })).toBe(0);
});

test('each way of finding deliveries reads an index that begins with it, among 100,000 others', async () => {
  await using api = await startApi();
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const [busy, quiet] = [newId(), newId()];
  await rows(api.db.pool, 'alter table deliveries set (autovacuum_enabled = false)');
  await longHistory(api.db, { accountId: shop.id, otherId: other.id, busy, quiet });
  // Of every row, not of a sample: one that is exhausted must not be there for the planner only now and then. Nor does the server look
  // at a sample of its own meanwhile.
  await transaction(api.db.pool, async (client) => {
    await rows(client, 'set local default_statistics_target = 1000');
    await rows(client, 'analyze deliveries');
  });
  type Plan = {
    'Relation Name'?: string;
    'Index Name'?: string;
    'Shared Hit Blocks': number;
    'Shared Read Blocks': number;
    Plans?: Plan[];
  };
  const plan = async (wish: Omit<DeliveryWish, 'accountId'>) => {
    const { text, values } = deliveriesQuery({ accountId: shop.id, ...wish }, 20);
    const [explained] = await rows<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      api.db.pool,
      `explain (analyze, buffers, format json) ${text}`,
      values,
    );
    return explained?.['QUERY PLAN'][0]?.Plan;
  };
  const indexes = (found: Plan | undefined): string[] =>
    found === undefined ? [] : [...(found['Index Name'] ? [found['Index Name']] : []), ...(found.Plans ?? []).flatMap(indexes)];
  // The first eight digits of an id are its time in 65,536 ms.
  const at = (n: number) => new Date(n * 65_536);
  const wishes: [Omit<DeliveryWish, 'accountId'>, string[] | 'either'][] = [
    [{}, ['deliveries_account_id_id_index']],
    // Ids alone lead to so short a time as well as with the account before them.
    [{ from: at(50_000), to: at(50_100) }, 'either'],
    [{ state: 'exhausted' }, ['deliveries_undelivered_index']],
    [{ state: 'delivered' }, ['deliveries_account_id_id_index']],
    [{ endpoint: quiet }, ['deliveries_undelivered_index', 'deliveries_delivered_index']],
    [{ endpoint: quiet, state: 'delivered' }, ['deliveries_delivered_index']],
  ];
  for (const [wish, used] of wishes) {
    const found = await plan(wish);
    const read = (found?.['Shared Hit Blocks'] ?? Infinity) + (found?.['Shared Read Blocks'] ?? Infinity);
    const seen = indexes(found);
    expect({ wish, used: seen, few: read < 60 }).toEqual({ wish, used: used === 'either' ? seen : used, few: true });
    expect(seen).not.toEqual([]);
  }
  for (const wish of [{ reply: newId() }, { conversation: newId() }])
    expect(indexes(await plan(wish))).toContain('deliveries_event_id_index');
});
