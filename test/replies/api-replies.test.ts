import { expect, test } from 'vitest';
import type { Attribution } from '../../domain/replies/attribution.ts';
import { newId } from '../../database/ids.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { aConversation, aDelivery, aMessage, aReply } from '../fixtures/rows.ts';

const campaign = { name: 'Samedi', route: 'premium', sender: 'Boutique', text: 'Soldes', recipients: [{ to: '+33612000001' }] };
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test('replies are listed newest first with the run that filed them and how they were attributed', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const message = await aMessage(api.db, { accountId: shop.id });
  const attribution: Attribution = {
    method: 'reply-code',
    confidence: 'exact',
    messageId: message.id,
    candidates: [message.id, newId()],
  };
  const filed = { accountId: shop.id, messageId: message.id, attribution };
  const older = await aReply(api.db, { ...filed, text: 'OUI' });
  const newer = await aReply(api.db, { ...filed, text: 'STOP', optOut: true, runId: 'replies/2' });
  const { body } = await shop.call('GET', '/replies');
  expect(body.nextCursor).toBeNull();
  expect(body.items.map(({ id }: { id: string }) => id)).toEqual([newer.id, older.id]);
  expect(body.items[0]).toEqual({
    id: newer.id,
    from: '+33612000001',
    to: '36200',
    text: 'STOP',
    receivedAt: newer.receivedAt.toISOString(),
    precision: 'second',
    ingestedAt: newer.ingestedAt.toISOString(),
    keyword: null,
    optOut: true,
    partial: false,
    raw: null,
    campaignId: null,
    messageId: message.id,
    conversationId: null,
    sequence: 1,
    attribution: { method: 'reply-code', confidence: 'exact', messageId: message.id, candidates: 2 },
    runId: 'replies/2',
    campaign: null,
    reference: null,
    firstName: null,
    lastName: null,
  });
});

test('replies are asked for by campaign, conversation, phone, time, opt-out, page by page', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const campaignId = newId();
  const basis = { accountId: shop.id };
  const { id: conversationId } = await aConversation(api.db, { account: shop.id, phone: '+33612000002' });
  const a = await aReply(api.db, { ...basis, campaignId, receivedAt: minutesAgo(50) });
  const b = await aReply(api.db, { ...basis, conversationId, fromNumber: '+33612000002', receivedAt: minutesAgo(40) });
  const c = await aReply(api.db, { ...basis, optOut: true, receivedAt: minutesAgo(30) });
  const ids = async (query: string) => {
    const { body } = await shop.call('GET', `/replies?${query}`);
    return body.items?.map(({ id }: { id: string }) => id);
  };
  expect(await ids(`campaign=${campaignId}`)).toEqual([a.id]);
  expect(await ids(`conversation=${conversationId}`)).toEqual([b.id]);
  for (const phone of ['%2B33612000002', '+33612000002', '0612000002', '0033612000002'])
    expect(await ids(`from=${phone}`)).toEqual([b.id]);
  expect(await ids('optOut=true')).toEqual([c.id]);
  expect(await ids('optOut=false')).toEqual([b.id, a.id]);
  expect(await ids(`since=${minutesAgo(45).toISOString()}`)).toEqual([c.id, b.id]);
  expect(await ids(`until=${minutesAgo(45).toISOString()}`)).toEqual([a.id]);
  expect(await ids(`since=${minutesAgo(45).toISOString()}&until=${minutesAgo(35).toISOString()}`)).toEqual([b.id]);
  const first = (await shop.call('GET', '/replies?limit=2')).body;
  const second = (await shop.call('GET', `/replies?limit=2&cursor=${first.nextCursor}`)).body;
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([c.id, b.id, a.id]);
  expect(second.nextCursor).toBeNull();
  expect((await shop.call('GET', '/replies?from=nobody')).body.errors).toMatchObject([{ field: 'from' }]);
  expect((await shop.call('GET', '/replies?since=yesterday')).body.errors).toMatchObject([
    { field: 'since', remedy: expect.stringContaining('ISO 8601') },
  ]);
});

test('a reply to a message sent while two-way SMS was off is shown nowhere', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const hidden = await aReply(api.db, { accountId: shop.id, hidden: true, text: 'hidden' });
  const delivery = await aDelivery(api.db, { accountId: shop.id, replyId: hidden.id });
  expect((await shop.call('GET', '/replies')).body.items).toEqual([]);
  expect((await shop.call('GET', `/replies/${hidden.id}`)).status).toBe(404);
  expect((await shop.call('GET', `/deliveries?reply=${hidden.id}`)).body.items).toEqual([]);
  expect((await shop.call('GET', `/deliveries/${delivery.id}`)).text).not.toContain('hidden"');
});

test('one reply tells what it answers, and where its run brought it', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const made = await shop.call('POST', '/campaigns', campaign);
  const message = await aMessage(api.db, { accountId: shop.id, campaignId: made.body.id, row: 2, reference: 'client-1' });
  const reply = await aReply(api.db, { accountId: shop.id, campaignId: made.body.id, messageId: message.id });
  const delivery = await aDelivery(api.db, { accountId: shop.id, replyId: reply.id, state: 'delivered', lastClass: 'ok' });
  const { body } = await shop.call('GET', `/replies/${reply.id}`);
  expect(body).toMatchObject({
    campaign: { id: made.body.id, name: 'Samedi' },
    message: { id: message.id, text: message.text, reference: 'client-1' },
    run: {
      id: 'replies/1',
      filedAt: reply.filedAt?.toISOString(),
      deliveries: [{ id: delivery.id, channel: 'callback', state: 'delivered', lastClass: 'ok' }],
    },
  });
});

test('an operator sees the replies that are nobody’s, and those that could not be filed', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const none = await aReply(api.db, { attribution: { method: 'none', reason: 'ambiguous', candidates: [newId(), newId()] } });
  const failed = await aReply(api.db, { filedAt: null, filingFailed: 'deadlock', attribution: null });
  await aReply(api.db, { filedAt: null });
  await aReply(api.db, { accountId: shop.id });
  const { body } = await api.asOperator('GET', '/unattributed');
  expect(body.items).toMatchObject([
    { id: failed.id, reason: 'filing-failed', failure: 'deadlock' },
    { id: none.id, reason: 'ambiguous', failure: null, candidates: [expect.any(String), expect.any(String)] },
  ]);
  const page = (await api.asOperator('GET', '/unattributed?limit=1')).body;
  expect((await api.asOperator('GET', `/unattributed?cursor=${page.nextCursor}`)).body.items).toMatchObject([{ id: none.id }]);
});

test('conversations are listed by their newest reply, page by page', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const made = [];
  for (const [index, minutes] of [30, 10, 20, 10].entries()) {
    made.push(
      await aConversation(api.db, {
        account: shop.id,
        phone: `+3361200000${index}`,
        lastReplyAt: new Date(Math.trunc(Date.now() / 60_000) * 60_000 - minutes * 60_000),
      }),
    );
  }
  const expected = [made[3]?.id, made[1]?.id, made[2]?.id, made[0]?.id];
  const found: string[] = [];
  let cursor = '';
  do {
    const { body } = await shop.call('GET', `/conversations?limit=1${cursor}`);
    found.push(...body.items.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
  } while (cursor !== '');
  expect(found).toEqual(expected);
  expect((await shop.call('GET', `/conversations/${made[0]?.id}`)).body).toMatchObject({
    phone: '+33612000000',
    replyCode: '36200',
    replies: 1,
  });
});

test('a conversation shows both directions in the order of time, either way round, page by page', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const conversation = await aConversation(api.db, { account: shop.id });
  const conversationId = conversation.id;
  const asked = await aMessage(api.db, { accountId: shop.id, submittedAt: minutesAgo(30), campaignId: newId(), row: 1 });
  const yes = await aReply(api.db, { accountId: shop.id, conversationId, receivedAt: minutesAgo(20) });
  const answered = await aMessage(api.db, { accountId: shop.id, conversationId, submittedAt: minutesAgo(10) });
  const thanks = await aReply(api.db, { accountId: shop.id, conversationId, receivedAt: minutesAgo(5), text: 'Merci' });
  const waiting = await aMessage(api.db, { accountId: shop.id, conversationId, submittedAt: null, state: 'queued' });
  await aReply(api.db, { accountId: shop.id, conversationId, hidden: true, receivedAt: minutesAgo(4) });
  await aMessage(api.db, { toNumber: conversation.phone });
  const pages = async (order: string) => {
    const found: { id: string; direction: string }[] = [];
    let cursor = '';
    do {
      const { body } = await shop.call('GET', `/conversations/${conversationId}/messages?limit=2&order=${order}${cursor}`);
      found.push(...body.items);
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
    } while (cursor !== '');
    return found.map(({ id, direction }) => `${direction} ${id}`);
  };
  const inOrder = [
    `outbound ${asked.id}`,
    `inbound ${yes.id}`,
    `outbound ${answered.id}`,
    `inbound ${thanks.id}`,
    `outbound ${waiting.id}`,
  ];
  expect(await pages('oldest')).toEqual(inOrder);
  expect(await pages('newest')).toEqual(inOrder.toReversed());
  const { body } = await shop.call('GET', `/conversations/${conversationId}/messages`);
  expect(body.items[1]).toMatchObject({ text: 'OUI', at: yes.receivedAt.toISOString(), state: null });
  expect(body.items[0]).toMatchObject({
    text: asked.text,
    at: asked.submittedAt?.toISOString(),
    state: 'delivered',
    campaignId: asked.campaignId,
  });
});

test('a conversation holds no campaign message that never left, and every answer’s outcome', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { id, phone } = await aConversation(api.db, { account: shop.id });
  const say = (text: string, overrides: Parameters<typeof aMessage>[1]) =>
    aMessage(api.db, { accountId: shop.id, toNumber: phone, text, ...overrides });
  const unsent = { submittedAt: null, epoch: null };
  const ofCampaign = () => ({ campaignId: newId(), row: 1 });
  await say('Scheduled, or paused', { ...ofCampaign(), ...unsent, state: 'queued' });
  await say('Refused by a carrier that was busy', { ...ofCampaign(), state: 'queued', reason: 'throttled' });
  await say('Cancelled', { ...ofCampaign(), ...unsent, state: 'skipped', reason: 'cancelled' });
  await say('Simulated', { ...ofCampaign(), state: 'simulated', simulation: true });
  const shown = ['submitting', 'accepted', 'delivered', 'undelivered', 'expired', 'failed', 'in_doubt', 'unknown'] as const;
  for (const state of shown) await say(state, { ...ofCampaign(), state });
  await say('May have arrived, and is tried again', { ...ofCampaign(), state: 'queued', resends: 1 });
  await say('Answer that waits', { ...unsent, conversationId: id, state: 'queued' });
  await say('Answer to somebody who said STOP', { ...unsent, conversationId: id, state: 'skipped', reason: 'opted-out' });
  const { body } = await shop.call('GET', `/conversations/${id}/messages`);
  const entries: { text: string; state: string }[] = body.items;
  expect(entries.map(({ text, state }) => `${text}: ${state}`).toSorted()).toEqual(
    [
      ...shown.map((state) => `${state}: ${state}`),
      'May have arrived, and is tried again: queued',
      'Answer that waits: queued',
      'Answer to somebody who said STOP: skipped',
    ].toSorted(),
  );
});

test('an answer leaves by the number that the phone last wrote to, same SIM, once a key', async () => {
  await using api = await startApi();
  const { lowcostId } = await carriers(api);
  const shop = await anAccount(api);
  const conversation = await aConversation(api.db, { account: shop.id, replyCode: '+33600000102', carrierId: lowcostId });
  const send = (text: string, key: string) =>
    shop.call('POST', `/conversations/${conversation.id}/messages`, { text }, { 'idempotency-key': key });
  const made = await send('Merci {{pas une balise}} 😀', 'a');
  expect(made).toMatchObject({
    status: 202,
    body: {
      to: conversation.phone,
      sender: '+33600000102',
      replyCode: '+33600000102',
      text: 'Merci {{pas une balise}} 😀',
      conversationId: conversation.id,
      state: 'queued',
    },
  });
  expect((await send('Merci {{pas une balise}} 😀', 'a')).headers.get('idempotent-replayed')).toBe('true');
  expect(api.asked.filter(({ what }) => what === 'sendMessages')).toEqual([{ what: 'sendMessages', ids: [made.body.id] }]);
  const { rows } = await api.db.pool.query('select port, carrier_id from messages');
  expect(rows).toEqual([{ port: 1, carrier_id: lowcostId }]);
  for (const text of ['', ' ', 'é'.repeat(1300), 'a\u0002']) {
    expect((await send(text, `wrong ${text.length}`.replaceAll(' ', '-'))).body.errors).toMatchObject([{ field: 'text' }]);
  }
});

test('with two-way SMS off a conversation can be read but not answered', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { twoWay: 'off' });
  const conversation = await aConversation(api.db, { account: shop.id });
  expect((await shop.call('GET', `/conversations/${conversation.id}`)).status).toBe(200);
  expect((await shop.call('POST', `/conversations/${conversation.id}/messages`, { text: 'Bonjour' })).body.code).toBe(
    'two-way-off',
  );
});
