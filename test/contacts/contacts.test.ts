import { expect, test } from 'vitest';
import { settleAndClaim } from '../../activities/sending/claim-and-settle.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi, type TestApi } from '../fixtures/api.ts';
import { holding } from '../fixtures/holding.ts';
import { aConversation, aDelivery, aMessage, aReply } from '../fixtures/rows.ts';
import { eventSays } from '../fixtures/states/callbacks.ts';
import { aNote } from '../fixtures/states/conversations.ts';
import { forwarded } from '../fixtures/states/mail.ts';
import { halfAReply } from '../fixtures/states/replies.ts';
import { aSlot } from '../fixtures/states/sending.ts';

const PHONE = '+33612000001';
const OTHER = '+33612000002';

test('contacts are put, found by tag and name, imported, exported and removed', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const put = await shop.call('PUT', '/contacts', { phone: '06 12 00 00 01', firstName: 'Léa', tags: ['b', 'a', 'a'] });
  expect(put.body).toMatchObject({ phone: PHONE, firstName: 'Léa', lastName: null, tags: ['a', 'b'], optedOut: false });
  const again = await shop.call('PUT', '/contacts', { phone: PHONE, lastName: 'Roux' });
  expect(again.body).toMatchObject({ id: put.body.id, firstName: null, lastName: 'Roux', tags: [] });

  const csv = 'phone;firstName;tags\n0612000001;Léa;amis|vip\n"+33612000002";=Bob;\n0612000002;Bob;vip\n';
  expect((await shop.call('POST', '/contacts/import', { csv, tag: 'liste' })).body).toEqual({ added: 1, changed: 1 });
  const vips = await shop.call('GET', '/contacts?tag=vip&limit=1');
  const rest = await shop.call('GET', `/contacts?tag=vip&limit=1&cursor=${vips.body.nextCursor}`);
  expect([...vips.body.items, ...rest.body.items]).toMatchObject([
    { phone: OTHER, firstName: 'Bob', tags: ['liste', 'vip'] },
    { phone: PHONE, firstName: 'Léa', lastName: 'Roux', tags: ['amis', 'liste', 'vip'] },
  ]);
  expect(rest.body.nextCursor).toBeNull();
  expect((await shop.call('GET', '/contacts?search=rou')).body.items).toHaveLength(1);
  expect((await shop.call('GET', '/contacts?search=%25')).body.items).toEqual([]);

  const file = await shop.call('GET', '/contacts.csv');
  expect(file.text).toContain('+33612000001,Léa,Roux,amis|liste|vip');
  const other = await anAccount(api, { name: 'Fleuriste' });
  expect((await other.call('POST', '/contacts/import', { csv: file.text })).body).toEqual({ added: 2, changed: 0 });
  expect((await other.call('GET', '/contacts.csv')).text).toBe(file.text);

  const refused = await shop.call('POST', '/contacts/import', { csv: 'phone\n0612000003\nabc\n12\n' });
  expect([refused.status, refused.body.errors.map(({ row }: { row: number }) => row)]).toEqual([422, [2, 3]]);
  expect((await shop.call('POST', '/contacts/import', { csv: 'nom\n0612000003' })).status).toBe(400);
  expect((await shop.call('DELETE', `/contacts/${put.body.id}`)).status).toBe(204);
  expect((await shop.call('GET', `/contacts/${put.body.id}`)).status).toBe(404);
});

/** A phone with something of everything, in one account. */
async function acquainted(api: TestApi, phone: string, mark: string) {
  const shop = await anAccount(api);
  const { premiumId } = await carriers(api, { codes: ['36200'] });
  await shop.call('PUT', '/contacts', { phone, firstName: mark });
  const conversation = await aConversation(api.db, { account: shop.id, phone, carrierId: premiumId });
  const basis = { accountId: shop.id, carrierId: premiumId, toNumber: phone, text: mark, reference: mark };
  await aMessage(api.db, { ...basis, conversationId: conversation.id });
  const queued = await aMessage(api.db, { ...basis, state: 'queued', submittedAt: null });
  const reply = await aReply(api.db, {
    accountId: shop.id,
    carrierId: premiumId,
    fromNumber: phone,
    fromRaw: phone,
    text: mark,
    body: Buffer.from(mark),
    conversationId: conversation.id,
  });
  await aNote(api.db, shop.id, conversation.id, mark);
  // What is not whole yet, and what waits for its night.
  await halfAReply(api.db, premiumId, phone, mark);
  await aReply(api.db, {
    fromNumber: phone,
    fromRaw: phone,
    text: mark,
    filedAt: null,
    releasedAt: null,
    handedAt: null,
    runId: null,
  });
  const body = JSON.stringify({ id: 'x', data: { from: phone, text: mark } });
  const delivery = await aDelivery(
    api.db,
    { accountId: shop.id, replyId: reply.id, state: 'retrying', body: `number=${encodeURIComponent(phone)}&text=${mark}` },
    { bodyExcerpt: mark, responseHeaders: { echo: mark }, error: mark },
  );
  await eventSays(api.db, delivery.eventId, body);
  // An event about a message is of no reply.
  const receipt = await aDelivery(api.db, { accountId: shop.id, replyId: null, state: 'delivered' }, { bodyExcerpt: mark });
  await eventSays(api.db, receipt.eventId, body);
  await forwarded(api.db, { accountId: shop.id, from: phone, text: mark });
  return { shop, premiumId, queued, delivery, receipt };
}

test('after an erasure no row of any table holds number or texts, and nothing goes to it again', async () => {
  await using api = await startApi();
  const { pool } = api.db;
  const { shop, premiumId, queued, delivery, receipt } = await acquainted(api, PHONE, 'Mireille-en-toutes-lettres');
  const report = await shop.call('POST', '/contacts/report', { phone: PHONE });
  expect(report.body).toMatchObject({ phone: PHONE, contact: { firstName: 'Mireille-en-toutes-lettres' } });
  expect([report.body.messages.length, report.body.replies.length, report.body.notes.length]).toEqual([2, 1, 1]);

  const erased = await shop.call('POST', '/contacts/erase', { phone: '0612000001' });
  expect(erased.body).toEqual({ messages: 2, replies: 1, events: 2 });
  const bytes = `\\x${Buffer.from('Mireille').toString('hex')}`;
  expect(await holding(api, ['33612000001', 'Mireille', bytes])).toEqual([]);
  const states = await rows<{ id: string; state: string }>(pool, 'select id, state from deliveries');
  expect(new Map(states.map(({ id, state }) => [id, state]))).toEqual(
    new Map([
      [delivery.id, 'aborted'],
      [receipt.id, 'delivered'],
    ]),
  );
  const [skipped] = await rows<{ state: string; reason: string }>(pool, 'select state, reason from messages where id = $1', [
    queued.id,
  ]);
  expect(skipped).toEqual({ state: 'skipped', reason: 'erased' });
  expect((await shop.call('POST', '/contacts/report', { phone: PHONE })).body).toMatchObject({
    contact: null,
    messages: [],
    optOut: { source: 'erasure' },
  });
  // Again: nothing is left to erase.
  expect((await shop.call('POST', '/contacts/erase', { phone: PHONE })).body).toEqual({ messages: 0, replies: 0, events: 0 });
  expect((await shop.call('GET', '/opt-outs')).body.items).toMatchObject([{ phone: null }]);

  const slot = await aSlot(api.db, premiumId);
  const later = await aMessage(api.db, {
    accountId: shop.id,
    carrierId: premiumId,
    toNumber: PHONE,
    state: 'queued',
    submittedAt: null,
  });
  const mark = { id: later.id, hash: api.services.hashPhone(PHONE), standardWaitMs: 0, strictWaitMs: 0 };
  const claims = await settleAndClaim(pool, slot, { wanted: [later.id], marks: [mark] });
  expect(claims).toEqual([{ id: later.id, state: 'skipped' }]);
});

test("an erasure touches no other phone, and no other account's rows of the same phone", async () => {
  await using api = await startApi();
  const one = await acquainted(api, PHONE, 'un');
  const two = await anAccount(api, { name: 'Fleuriste' });
  await aMessage(api.db, { accountId: two.id, toNumber: PHONE, text: 'deux' });
  await aMessage(api.db, { accountId: one.shop.id, toNumber: `${PHONE}0`, text: 'plus long' });
  await one.shop.call('POST', '/contacts/erase', { phone: PHONE });
  // What may be meant for the other account is not this one's to erase.
  expect(await rows(api.db.pool, 'select 1 from inbound_parts')).toHaveLength(1);
  expect(await rows(api.db.pool, `select 1 from replies where filed_at is null and text = 'un'`)).toHaveLength(1);
  const left = await rows<{ text: string; to_number: string }>(
    api.db.pool,
    `select text, to_number from messages where text <> '' order by text`,
  );
  expect(left).toEqual([
    { text: 'deux', to_number: PHONE },
    { text: 'plus long', to_number: `${PHONE}0` },
  ]);
  expect((await two.call('POST', '/contacts/report', { phone: OTHER })).status).toBe(404);
});
