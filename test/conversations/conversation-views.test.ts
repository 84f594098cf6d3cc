import { expect, test } from 'vitest';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { OWNER, withOwner } from '../fixtures/console/signed-in.ts';
import { aConversation, aMessage, aReply } from '../fixtures/rows.ts';
import { launched } from '../fixtures/states/campaigns.ts';

test('a list of conversations says how much each view holds, and what of a search was found', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const other = await anAccount(api);
  await aConversation(api.db, { account: other.id, unread: 1 });
  const one = (phone: string, more: object = {}) => aConversation(api.db, { account: shop.id, phone, ...more });
  const { id } = await one('+33612000001', { unread: 2 });
  await one('+33612000002', { state: 'closed', flagged: true });
  await one('+33612000003', { state: 'snoozed', snoozedUntil: new Date(Date.now() + 60_000) });
  await one('+33612000004', { assignee: 'zoe@boulangerie.example' });
  const basis = { accountId: shop.id, conversationId: id };
  await aReply(api.db, { ...basis, text: 'Le parking est-il ouvert ?' });
  await aReply(api.db, { ...basis, sequence: 2, text: 'Merci' });

  const { body } = await shop.call('GET', '/conversations?counts=true&limit=1');
  const counts = {
    all: 4,
    open: 2,
    unread: 1,
    mine: 0,
    mentioned: 0,
    unassigned: 1,
    flagged: 1,
    snoozed: 1,
    closed: 1,
    blocked: 0,
  };
  expect([body.items.length, body.unread, body.counts]).toEqual([1, 1, counts]);
  const unassigned = await shop.call('GET', '/conversations?unassigned=true');
  expect([unassigned.body.items.map((each: { id: string }) => each.id), unassigned.body.counts]).toEqual([[id], undefined]);
  const found = await shop.call('GET', '/conversations?search=parking');
  expect(found.body.items).toMatchObject([{ id, lastText: 'Merci', hit: 'Le parking est-il ouvert ?' }]);
  expect((await shop.call('GET', '/conversations?search=12000001')).body.items).toMatchObject([{ id, hit: null }]);
});

test('a note that names somebody by @ is among their mentions while its conversation is open', async () => {
  await using site = await withOwner();
  const { api, shop, owner } = site;
  const { id } = await aConversation(api.db, { account: shop.id });
  await aConversation(api.db, { account: shop.id, phone: '+33612000002' });
  const text = `@${OWNER}, @nobody@elsewhere.example : une cliente fidèle`;
  const note = await shop.call('POST', `/conversations/${id}/notes`, { text });
  expect([note.status, note.body.mentions]).toEqual([201, [OWNER]]);
  expect((await owner('GET', `/conversations/${id}/notes`)).body.items[0].mentions).toEqual([OWNER]);
  const mentions = async (call: typeof owner) => {
    const { body } = await call('GET', '/conversations?mentioned=true&state=open&counts=true');
    return [body.items.map((each: { id: string }) => each.id), body.counts.mentioned];
  };
  expect(await mentions(owner)).toEqual([[id], 1]);
  const program: typeof owner = (method, path, body) => shop.call(method, path, body);
  expect(await mentions(program)).toEqual([[], 0]);
  await owner('PATCH', `/conversations/${id}`, { state: 'closed' });
  expect(await mentions(owner)).toEqual([[], 0]);
});

test('a conversation says when it was closed and by whom; one opened again by hand was not', async () => {
  await using site = await withOwner();
  const { id } = await aConversation(site.api.db, { account: site.shop.id });
  const become = async (state: string) => (await site.owner('PATCH', `/conversations/${id}`, { state })).body.closings;
  const [closing] = await become('closed');
  expect(closing).toEqual({ at: expect.stringMatching(/^\d{4}-.*Z$/), by: OWNER });
  expect(await become('closed')).toEqual([closing]);
  expect(await become('open')).toEqual([]);
});

test('a list of campaigns is searched by name, and says what came of each that was launched', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const text = { route: 'premium', withReplies: true, text: 'Bonjour' };
  const draft = (name: string) => shop.call('POST', '/campaigns/drafts', { name, ...text });
  await carriers(api);
  const { id } = (await draft('Soldes 100 % coton')).body;
  await draft('Rentrée');
  const list = async (query: string) => (await shop.call('GET', `/campaigns?${query}`)).body.items;
  expect((await list('search=100%20%25')).map((each: { name: string }) => each.name)).toEqual(['Soldes 100 % coton']);
  expect((await list('figures=true&search=soldes'))[0].figures).toBeUndefined();
  await launched(api.db, id, { total: 2 });
  const sent = { accountId: shop.id, campaignId: id, toNumber: '+33612000001' };
  const { id: messageId } = await aMessage(api.db, { ...sent, row: 1 });
  await aMessage(api.db, { ...sent, toNumber: '+33612000002', row: 2, state: 'undelivered' });
  await aReply(api.db, { accountId: shop.id, campaignId: id, messageId });
  expect((await list('figures=true'))[1].figures).toEqual({
    delivered: 1,
    failed: 1,
    repliers: 1,
    replied: [1, ...Array.from({ length: 11 }, () => 0)],
  });
  expect((await list('limit=10'))[1].figures).toBeUndefined();
});
