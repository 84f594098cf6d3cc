import { expect, test } from 'vitest';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, filing, startApi } from '../fixtures/api.ts';
import { aCase, createRandom, decide, judge, tally } from '../fixtures/reply-simulation.ts';
import { endedCampaigns } from '../fixtures/states/campaigns.ts';
import { clockWrongBy } from '../fixtures/states/carriers.ts';
import { answerable, unfiled } from '../fixtures/states/replies.ts';

test('of 100,000 replies by clocks that are off none goes wrong, and no certain one is lost', () => {
  const random = createRandom(20_260_105);
  const outcomes = Array.from({ length: 100_000 }, (_, index) => {
    const one = aCase(random, index);
    return judge(one, decide(one));
  });
  const found = tally(outcomes);
  process.stdout.write(`attribution of ${JSON.stringify(found)}\n`);
  const alone = tally(outcomes.filter(({ shared }) => !shared));
  process.stdout.write(`of those to a code that one account alone uses: ${JSON.stringify(alone)}\n`);
  expect(found.shared).toBeGreaterThanOrEqual(30_000);
  expect(found.wrongAccount).toBe(0);
  expect(found.lostThoughCertain).toBe(0);
  expect(found.wrongCampaign / found.cases).toBeLessThan(0.15);
  // Only what a reset device dates years back.
  expect(alone.unattributed / alone.cases).toBeLessThan(0.02);
});

test('the same through the database: 3,000 replies filed as the product files them', async () => {
  await using api = await startApi();
  const { pool } = api.db;
  const accounts = new Map<string, string>();
  for (const name of ['account-0', 'account-1', 'account-2']) accounts.set(name, (await anAccount(api, { name })).id);
  const { premiumId, lowcostId } = await carriers(api);
  const random = createRandom(7);
  const cases = Array.from({ length: 3000 }, (_, index) => {
    const one = aCase(random, index);
    // The database keeps the clock's tolerance by carrier: here there is one gateway.
    return { ...one, reply: { ...one.reply, clockToleranceMs: one.kind === 'sim' ? 600_000 : 2000 } };
  });
  await clockWrongBy(api.db, lowcostId, 600_000);
  const phoneOf = (index: number) => `+336${String(index).padStart(8, '0')}`;
  const ids = new Map<string, string>();
  const messages = cases.flatMap((one, index) =>
    one.messages.map((message) => {
      const id = newId();
      ids.set(id, message.messageId);
      return { id, index, one, message, accountId: accounts.get(message.accountId) ?? '' };
    }),
  );
  const carrierOf = (one: (typeof cases)[number]) => (one.kind === 'sim' ? lowcostId : premiumId);
  const codeOf = (one: (typeof cases)[number]) => (one.kind === 'sim' ? '+33600000101' : '36200');
  const sent = messages.map(({ id, accountId, index, one, message }) => ({
    id,
    accountId,
    carrierId: carrierOf(one),
    phone: phoneOf(index),
    code: codeOf(one),
    text: message.text,
    keyword: message.keyword,
    at: message.sentAt,
  }));
  await endedCampaigns(api.db, sent);
  await answerable(api.db, sent);
  const replies = await unfiled(
    api.db,
    cases.map((one, index) => ({
      ...one.reply,
      carrierId: carrierOf(one),
      phone: phoneOf(index),
      code: codeOf(one),
    })),
  );

  const file = filing(api);
  for (let start = 0; start < replies.length; start += 500) await file(replies.slice(start, start + 500), 'replies/simulation');

  const filed = await rows<{ id: string; message_id: string | null; account_id: string | null; filed: boolean }>(
    pool,
    `select id, message_id, account_id, filed_at is not null as filed from replies order by id`,
  );
  expect(filed.every((row) => row.filed)).toBe(true);
  const byId = new Map(filed.map((row) => [row.id, row]));
  const outcomes = cases.map((one, index) => {
    const row = byId.get(replies[index] ?? '');
    const decided = row?.message_id ? (ids.get(row.message_id) ?? null) : null;
    const message = one.messages.find((each) => each.messageId === decided);
    expect(row?.account_id ?? null).toBe(message ? accounts.get(message.accountId) : null);
    return judge(one, decided);
  });
  expect(outcomes.map(({ unattributed }) => unattributed)).toEqual(cases.map((one) => decide(one) === null));
  expect(tally(outcomes)).toMatchObject({ wrongAccount: 0, lostThoughCertain: 0 });
});
