import { expect, test } from 'vitest';
import { createForgetting, type ForgetPosition } from '../../activities/contacts/apply-retention.ts';
import { readLedger } from '../../database/callbacks/ledger.ts';
import { idAt } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { openClient } from '../../temporal/connect.ts';
import { RETENTION_SCHEDULE } from '../../temporal/schedules.ts';
import { anAccount, carriers, startApi, type TestAccount, type TestApi } from '../fixtures/api.ts';
import { startApp, until } from '../fixtures/app.ts';
import { holding } from '../fixtures/holding.ts';
import { aConversation, aDelivery, aMessage, aReply } from '../fixtures/rows.ts';
import { eventSays } from '../fixtures/states/callbacks.ts';
import { aList, aListRow, endedCampaigns } from '../fixtures/states/campaigns.ts';
import { optedOut, referredTo } from '../fixtures/states/contacts.ts';
import { aNote } from '../fixtures/states/conversations.ts';
import { forwarded } from '../fixtures/states/mail.ts';
import { timePasses } from '../fixtures/states/time.ts';

const DAY_MS = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);
let made = 0;
/** An id as a row of that age has it. */
const idOf = (days: number): string => idAt(daysAgo(days).getTime() + made++);

/** The nightly work on a database, a page at a time as a run that is interrupted does it, until there is none left. */
async function night(api: TestApi): Promise<void> {
  const { forget } = createForgetting({ pool: api.db.pool, log: api.services.log, hashPhone: api.services.hashPhone });
  let at: ForgetPosition | null = null;
  let pages = 0;
  do {
    at = await forget(at, 0);
    expect(JSON.stringify(at)).not.toMatch(/33612\d{6}|erased/);
    if (pages++ > 500) throw new Error('The night does not end');
  } while (at);
}

async function aCampaign(api: TestApi, shop: TestAccount, days: number): Promise<string> {
  const id = idOf(days + 1);
  const [known] = await rows<{ id: string }>(api.db.pool, 'select id from carriers limit 1');
  const carrierId = known?.id ?? (await carriers(api)).premiumId;
  await endedCampaigns(api.db, [{ id, accountId: shop.id, carrierId, at: daysAgo(days) }]);
  return id;
}

/** Something of everything with one phone, so many days ago. */
async function aTalk(api: TestApi, shop: TestAccount, phone: string, mark: string, days: number) {
  const at = daysAgo(days);
  const campaignId = await aCampaign(api, shop, days);
  const conversation = await aConversation(api.db, { id: idOf(days), account: shop.id, phone, lastReplyAt: at });
  const basis = { accountId: shop.id, toNumber: phone, text: mark, reference: mark, submittedAt: at };
  await aMessage(api.db, { ...basis, id: idOf(days), campaignId, row: 1 });
  await aMessage(api.db, { ...basis, id: idOf(days), conversationId: conversation.id });
  const reply = await aReply(api.db, {
    id: idOf(days),
    accountId: shop.id,
    fromNumber: phone,
    fromRaw: phone,
    text: mark,
    receivedAt: at,
    conversationId: conversation.id,
  });
  const body = JSON.stringify({ id: 'x', data: { from: phone, text: mark } });
  const delivery = await aDelivery(
    api.db,
    { accountId: shop.id, replyId: reply.id, state: 'held', heldReason: 'paused', nextAt: null, body: `text=${mark}` },
    { bodyExcerpt: mark, error: mark },
  );
  await eventSays(api.db, delivery.eventId, body, { at, position: ++made });
  await aNote(api.db, shop.id, conversation.id, mark, at);
  await forwarded(api.db, { accountId: shop.id, from: phone, text: mark, at, gone: true });
  await aListRow(api.db, await aList(api.db, { accountId: shop.id, campaignId, at }), { to: phone, name: mark });
  return { delivery, conversation };
}

const [OLD, NEW] = ['+33612000001', '+33612000002'];

test('texts are kept as long as an account chose, else for ever; numbers and counts stay', async () => {
  await using api = await startApi();
  const { pool } = api.db;
  const shop = await anAccount(api);
  const other = await anAccount(api, { name: 'Fleuriste' });
  const { delivery } = await aTalk(api, shop, OLD, 'Autrefois', 400);
  await aTalk(api, shop, NEW, 'Naguere', 390);
  await aTalk(api, other, OLD, 'Ailleurs', 400);
  await night(api);
  expect(await holding(api, ['Autrefois'])).not.toEqual([]);

  const changed = await shop.call('PATCH', '/policies', { keepTextsDays: 395 });
  expect(changed.body).toMatchObject({ keepTextsDays: 395, keepContactsDays: null, quietHours: 'warn' });
  const kept = await holding(api, ['Naguere']);
  const elsewhere = await holding(api, ['Ailleurs']);
  await night(api);
  const references = new Set(['messages']);
  expect(new Set(await holding(api, ['Autrefois']))).toEqual(references);
  expect(await rows(pool, `select 1 from messages where text = 'Autrefois'`)).toEqual([]);
  expect(await rows(pool, `select to_number from messages where account_id = $1 and text = ''`, [shop.id])).toEqual([
    { to_number: OLD },
    { to_number: OLD },
  ]);
  expect(await holding(api, ['Naguere'])).toEqual(kept);
  expect(await holding(api, ['Ailleurs'])).toEqual(elsewhere);
  expect(await rows(pool, 'select state from deliveries where id = $1', [delivery.id])).toEqual([{ state: 'aborted' }]);
  expect((await shop.call('GET', '/conversations')).body.items).toHaveLength(2);

  // Later nights go on where this one ended.
  await shop.call('PATCH', '/policies', { keepTextsDays: 31 });
  await night(api);
  expect(await rows(pool, `select 1 from messages where text = 'Naguere'`)).toEqual([]);
});

test('people silent longer than an account keeps contacts are forgotten; opt-outs stay hashed', async () => {
  await using api = await startApi();
  const { pool } = api.db;
  const shop = await anAccount(api);
  const [STOPPED, RECIPIENT, QUIET] = ['+33612000003', '+33612000004', '+33612000005'];
  await aTalk(api, shop, OLD, 'Autrefois', 1200);
  await aTalk(api, shop, STOPPED, 'Autrefois', 1200);
  await aTalk(api, shop, NEW, 'Naguere', 1200);
  await aMessage(api.db, { accountId: shop.id, toNumber: NEW, text: 'Encore' });
  // Recipients of a campaign, in no list; and one who was put among the contacts and never written to.
  const campaignId = await aCampaign(api, shop, 1200);
  await aMessage(api.db, { id: idOf(1200), accountId: shop.id, campaignId, row: 1, toNumber: RECIPIENT, text: 'Autrefois' });
  for (const phone of [OLD, NEW, QUIET]) await shop.call('PUT', '/contacts', { phone, firstName: 'Autrefois' });
  await timePasses(api.db, '1200 days', { contacts: ['created_at', 'updated_at'] });
  await shop.call('PUT', '/contacts', { phone: '+33612000006', firstName: 'Recente' });
  await optedOut(api.db, shop.id, STOPPED, daysAgo(1200));
  await shop.call('PATCH', '/policies', { keepContactsDays: 1096 });
  await night(api);

  expect(await holding(api, ['33612000001', '33612000003', '33612000004', '33612000005', 'Autrefois'])).toEqual(
    // What the one who is still known is called, and how an old message of theirs was referred to.
    ['contacts'],
  );
  const left = await rows<{ phone: string }>(pool, 'select phone from contacts order by phone');
  expect(left.map(({ phone }) => phone)).toEqual([NEW, '+33612000006']);
  const talks = (await shop.call('GET', '/conversations')).body.items;
  expect(talks.map(({ phone }: { phone: string }) => phone)).toEqual([NEW]);
  expect(await rows(pool, 'select phone, reason from opt_outs')).toEqual([
    { phone: api.services.hashPhone(STOPPED), reason: 'retention' },
  ]);
  expect(await rows(pool, `select count(*)::int as count from messages where to_number = 'erased'`)).toEqual([{ count: 5 }]);
  await night(api);
  expect(await rows(pool, 'select 1 from contacts')).toHaveLength(2);
});

test('rows end after the days that an account chose; figures and STOPs stay', async () => {
  await using api = await startApi();
  const { pool } = api.db;
  const shop = await anAccount(api);
  const other = await anAccount(api, { name: 'Fleuriste' });
  await aTalk(api, shop, OLD, 'Autrefois', 100);
  await aTalk(api, shop, NEW, 'Naguere', 10);
  await aTalk(api, other, OLD, 'Ailleurs', 100);
  const campaignId = await aCampaign(api, shop, 100);
  const answered = await aMessage(api.db, { id: idOf(100), accountId: shop.id, campaignId, row: 1, toNumber: OLD });
  const filed = { id: idOf(99), accountId: shop.id, campaignId, messageId: answered.id, fromNumber: OLD, text: 'Oui' };
  await aReply(api.db, filed);
  // One that a gateway may show again, and the name that a carrier had for a message.
  const shown = await aReply(api.db, {
    id: idOf(100),
    accountId: shop.id,
    fromNumber: OLD,
    text: 'Autrefois',
    contentKey: 'key',
  });
  for (const days of [100, 10]) await referredTo(api.db, answered.carrierId, `of ${days}`, idOf(days));
  await optedOut(api.db, shop.id, OLD);
  const count = (account: string) =>
    rows(
      pool,
      `select (select count(*)::int from messages where account_id = $1) as messages, (select count(*)::int from replies where account_id = $1) as replies,
         (select count(*)::int from events where account_id = $1) as events, (select count(*)::int from deliveries where account_id = $1) as deliveries,
         (select count(*)::int from delivery_attempts a join deliveries d on d.id = a.delivery_id where d.account_id = $1) as attempts`,
      [account],
    );
  const elsewhere = await count(other.id);
  const before = (await shop.call('GET', `/campaigns/${campaignId}/results`)).body;
  expect(before).toMatchObject({ replies: 1, repliers: 1 });
  expect((await shop.call('PATCH', '/policies', { keepRowsDays: 92 })).body).toMatchObject({ keepRowsDays: 92 });
  await night(api);

  expect(await count(shop.id)).toEqual([{ messages: 2, replies: 2, events: 1, deliveries: 1, attempts: 1 }]);
  expect(await count(other.id)).toEqual(elsewhere);
  expect(await rows(pool, 'select text, hidden, from_number, content_key from replies where id = $1', [shown.id])).toEqual([
    { text: '', hidden: true, from_number: 'erased', content_key: 'key' },
  ]);
  expect(await rows(pool, 'select reference from message_references')).toEqual([{ reference: 'of 10' }]);
  expect((await shop.call('GET', `/campaigns/${campaignId}/results`)).body).toMatchObject({ replies: 1, repliers: 1 });
  expect(await rows(pool, 'select phone from opt_outs')).toEqual([{ phone: OLD }]);
  expect((await readLedger(pool)).broken).toEqual({});
  await night(api);
  expect(await count(shop.id)).toEqual([{ messages: 2, replies: 2, events: 1, deliveries: 1, attempts: 1 }]);
});

test('how long things are kept is refused where it is shorter than what still needs them', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const refused = await shop.call('PATCH', '/policies', { keepTextsDays: 30, keepContactsDays: 1.5 });
  expect([refused.status, refused.body.errors.map(({ field }: { field: string }) => field)]).toEqual([
    400,
    ['keepTextsDays', 'keepContactsDays'],
  ]);
  await shop.call('PATCH', '/policies', { keepTextsDays: 60 });
  expect((await shop.call('PATCH', '/policies', { keepTextsDays: null })).body).toMatchObject({ keepTextsDays: null });
});

test('forgetting runs every night by its schedule, and a check of the ledger after it', async () => {
  await using app = await startApp({ ways: {} });
  await app.account.send('PATCH', '/v1/policies', { keepTextsDays: 31 });
  const old = await aMessage(app.db, { id: idOf(40), accountId: app.accountId, text: 'Autrefois' });
  const { client, connection } = openClient({
    address: app.config.TEMPORAL_ADDRESS,
    namespace: app.config.TEMPORAL_NAMESPACE,
    tls: false,
  });
  const schedule = client.schedule.getHandle(RETENTION_SCHEDULE);
  expect((await schedule.describe()).spec.calendars?.[0]).toMatchObject({ hour: [{ start: 4 }] });
  await schedule.trigger();
  await until(
    'its text is forgotten',
    async () => (await app.rows(`select 1 from messages where id = $1 and text = ''`, [old.id]))[0],
  );
  await until(
    'the account is done with',
    async () => (await app.rows(`select 1 from retention_marks where texts_to is not null`))[0],
  );
  await until('the ledger is checked', async () =>
    /^aller_retour_ledger_last_check_timestamp_seconds [1-9]/m.test((await app.metrics()).text),
  );
  await connection.close();
});
