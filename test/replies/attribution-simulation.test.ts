import { expect, test } from 'vitest';
import { createFiling } from '../../activities/replies/file-replies.ts';
import { newId } from '../../database/ids.ts';
import { affected, rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { aCase, createRandom, decide, judge, tally } from '../fixtures/reply-simulation.ts';

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
  await affected(pool, `update carriers set clock_tolerance_ms = 600000 where id = $1`, [lowcostId]);
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
  await affected(
    pool,
    `insert into campaigns (id, account_id, carrier_id, name, route, purpose, text, with_replies, simulation, state, total, segments, created_at, keyword)
     select c.*, 1, 1, now(), k from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as m (id, account_id, carrier_id, k),
       lateral (select m.id, m.account_id, m.carrier_id, 'n', 'premium', 'marketing', 'x', true, false, 'completed') as c`,
    [
      messages.map(({ id }) => id),
      messages.map(({ accountId }) => accountId),
      messages.map(({ one }) => carrierOf(one)),
      messages.map(({ message }) => message.keyword),
    ],
  );
  await affected(
    pool,
    `insert into messages (id, account_id, campaign_id, row, carrier_id, to_number, sender, reply_code, text, segments, two_way, simulation, state, submitted_at)
     select m.id, m.account_id, m.id, 1, m.carrier_id, m.phone, m.code, m.code, m.text, 1, true, false, 'delivered', m.at
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]) as m (id, account_id, carrier_id, phone, code, text, at)`,
    [
      messages.map(({ id }) => id),
      messages.map(({ accountId }) => accountId),
      messages.map(({ one }) => carrierOf(one)),
      messages.map(({ index }) => phoneOf(index)),
      messages.map(({ one }) => codeOf(one)),
      messages.map(({ message }) => message.text),
      messages.map(({ message }) => message.sentAt),
    ],
  );
  const replies = cases.map((one, index) => ({ id: newId(), one, index }));
  await affected(
    pool,
    `insert into replies (id, carrier_id, from_raw, to_raw, from_number, reply_code, text, received_at, precision, ingested_at, released_at)
     select r.id, r.carrier_id, r.phone, r.code, r.phone, r.code, r.text, r.received, r.precision, r.ingested, now()
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::timestamptz[])
       as r (id, carrier_id, phone, code, text, received, precision, ingested)`,
    [
      replies.map(({ id }) => id),
      replies.map(({ one }) => carrierOf(one)),
      replies.map(({ index }) => phoneOf(index)),
      replies.map(({ one }) => codeOf(one)),
      replies.map(({ one }) => one.reply.text),
      replies.map(({ one }) => one.reply.receivedAt),
      replies.map(({ one }) => one.reply.precision),
      replies.map(({ one }) => one.reply.ingestedAt),
    ],
  );

  const file = createFiling({
    pool,
    log: api.services.log,
    hashPhone: api.services.hashPhone,
    sendMessages: () => {},
    oweMails: async () => {},
  });
  for (let start = 0; start < replies.length; start += 500)
    await file(
      replies.slice(start, start + 500).map(({ id }) => id),
      'replies/simulation',
    );

  const filed = await rows<{ id: string; message_id: string | null; account_id: string | null; filed: boolean }>(
    pool,
    `select id, message_id, account_id, filed_at is not null as filed from replies order by id`,
  );
  expect(filed.every((row) => row.filed)).toBe(true);
  const byId = new Map(filed.map((row) => [row.id, row]));
  const outcomes = replies.map(({ id, one }) => {
    const row = byId.get(id);
    const decided = row?.message_id ? (ids.get(row.message_id) ?? null) : null;
    const message = one.messages.find((each) => each.messageId === decided);
    expect(row?.account_id ?? null).toBe(message ? accounts.get(message.accountId) : null);
    return judge(one, decided);
  });
  expect(outcomes.map(({ unattributed }) => unattributed)).toEqual(cases.map((one) => decide(one) === null));
  expect(tally(outcomes)).toMatchObject({ wrongAccount: 0, lostThoughCertain: 0 });
});
