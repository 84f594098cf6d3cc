import { expect, test } from 'vitest';
import { createOperator } from '../../cli/admin.ts';
import { rows } from '../../database/sql.ts';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { anAccount, carriers, filing, startApi } from '../fixtures/api.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { aMessage, aReply } from '../fixtures/rows.ts';
import { aList, draftReady } from '../fixtures/states/campaigns.ts';
import { optedOut } from '../fixtures/states/contacts.ts';

const recipients = [{ to: '+33612000001' }];

test('requests for two-way SMS queue for the operator, oldest first, with why and how much', async () => {
  await using api = await startApi();
  const shops = [await anAccount(api, { twoWay: 'off' }), await anAccount(api, { twoWay: 'refused' })];
  for (const shop of shops) await shop.call('POST', '/two-way/request', { reason: 'Appointments', expectedVolume: 500 });
  const first = (await api.asOperator('GET', '/two-way-requests?limit=1')).body;
  expect(first.items).toMatchObject([
    {
      account: { id: shops[0]?.id },
      reason: 'Appointments',
      expectedVolume: 500,
      by: `key ${shops[0]?.keyId}`,
      refusedBefore: 0,
    },
  ]);
  const second = (await api.asOperator('GET', `/two-way-requests?limit=1&cursor=${first.nextCursor}`)).body;
  expect(second).toMatchObject({ items: [{ account: { id: shops[1]?.id } }], nextCursor: null });
  await api.asOperator('PUT', `/accounts/${shops[0]?.id}/two-way`, { state: 'refused', reason: 'Say more' });
  await shops[0]?.call('POST', '/two-way/request', { reason: 'For our surgery', expectedVolume: 50 });
  expect((await api.asOperator('GET', '/two-way-requests')).body.items).toMatchObject([
    { account: { id: shops[1]?.id } },
    { account: { id: shops[0]?.id }, reason: 'For our surgery', refusedBefore: 1 },
  ]);
});

test('operators hear of a request by mail; the account of each decision by mail and event, once', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { twoWay: 'off' });
  await shop.call('POST', '/users', { email: 'owner@example.com', role: 'owner' });
  await createOperator(api.url, 'op@example.com');
  await shop.call('POST', '/two-way/request', { reason: 'Appointments', expectedVolume: 500 });
  const decide = (state: string) => api.asOperator('PUT', `/accounts/${shop.id}/two-way`, { state, reason: `it is ${state}` });
  for (const state of ['refused', 'on', 'on', 'off']) expect((await decide(state)).status).toBe(200);
  expect(await rows(api.db.pool, 'select address, kind, data from notices order by id')).toEqual([
    { address: 'op@example.com', kind: 'two-way-requested', data: { accountId: shop.id, accountName: 'Boulangerie' } },
    { address: 'owner@example.com', kind: 'two-way-refused', data: { reason: 'it is refused' } },
    { address: 'owner@example.com', kind: 'two-way-enabled', data: { reason: 'it is on' } },
    { address: 'owner@example.com', kind: 'two-way-disabled', data: { reason: 'it is off' } },
  ]);
  const { body } = await shop.call('GET', '/events');
  const told = body.items.map((each: { type: string; body: string }) => ({ type: each.type, body: JSON.parse(each.body) }));
  expect(told).toMatchObject([
    { type: 'two-way.refused', body: { data: { twoWay: 'refused', reason: 'it is refused' } } },
    { type: 'two-way.enabled', body: { data: { twoWay: 'on', reason: 'it is on' } } },
    { type: 'two-way.disabled', body: { data: { twoWay: 'off', reason: 'it is off' } } },
  ]);
  expect(api.asked.map(({ what }) => what)).toEqual(expect.arrayContaining(['retryEmails', 'retryCallbacks']));
  const { twoWayHistory } = (await shop.call('GET', '/account')).body;
  expect((await api.asOperator('GET', `/accounts/${shop.id}`)).body.twoWayHistory).toEqual(twoWayHistory);
});

test('with it off every way of asking for replies is refused with a remedy; lowcost goes out', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api, { twoWay: 'off' });
  await api.asOperator('PUT', `/accounts/${shop.id}/two-way`, { state: 'refused', reason: 'Your text is not clear.' });
  const premium = { name: 'n', route: 'premium', text: 'Bonjour', recipients };
  const ways = [
    { withReplies: true },
    { sender: '12345' },
    { sender: 'Boutique', text: 'Répondez au XXXXX' },
    { sender: '+33700000001' },
    { route: 'lowcost', withReplies: true },
  ];
  for (const way of ways) {
    const refused = await shop.call('POST', '/campaigns', { ...premium, ...way });
    expect({ way, ...refused }).toMatchObject({ status: 403, body: { code: 'two-way-off' } });
    expect(refused.body.detail).toMatch(/refused, for this reason: Your text is not clear\).*POST \/v1\/two-way\/request/);
  }
  expect((await shop.call('POST', '/campaigns', { ...premium, route: 'lowcost' })).status).toBe(202);
});

test('a list that was ready when two-way SMS was turned off is not launched', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const draft = await shop.call('POST', '/campaigns/drafts', { name: 'n', route: 'premium', text: 'Bonjour', withReplies: true });
  await draftReady(api.db, draft.body.id);
  await aList(api.db, { accountId: shop.id, campaignId: draft.body.id });
  await api.asOperator('PUT', `/accounts/${shop.id}/two-way`, { state: 'off', reason: 'Not paid' });
  const launch = () => shop.call('POST', `/campaigns/${draft.body.id}/launch`, {});
  expect(await launch()).toMatchObject({ status: 403, body: { code: 'two-way-off' } });
  await api.asOperator('PUT', `/accounts/${shop.id}/two-way`, { state: 'on', reason: 'Paid' });
  expect((await launch()).status).toBe(202);
});

test('replies held while two-way was off come out when released, and are not obeyed twice', async () => {
  await using app = await startApp();
  const decide = (body: object) => app.operator.send('PUT', `/v1/operator/accounts/${app.accountId}/two-way`, body);
  await decide({ state: 'off', reason: 'Not paid' });
  for (const index of [1, 2])
    await app.account.send('POST', '/v1/messages', { to: phone(index), text: 'Bonjour', route: 'lowcost' });
  const sent = await until('the phones have it', () => app.world.phones.received.length === 2 && app.world.phones.received);
  const answer = (text: string) => {
    for (const sms of sent) app.world.gateway.receive({ from: sms.to, to: sms.from, text: sms.to === phone(1) ? 'STOP' : text });
  };
  const sync = async (count: number, hours: number) => {
    await app.operator.send('POST', `/v1/operator/carriers/${app.dinstarId}/sync`, {
      now: new Date(Date.now() + hours * 3_600_000).toISOString(),
    });
    await until(
      'they are filed',
      async () => (await app.rows(`select 1 from replies where filed_at is not null`)).length === count,
    );
  };
  answer('OUI');
  await sync(2, 7);
  expect(await app.replies()).toEqual([]);
  await app.account.send('POST', '/v1/opt-outs/lift', { phone: phone(1), reason: 'came back' });

  expect(await decide({ state: 'on', reason: 'Paid', releaseHeld: true })).toMatchObject({ twoWay: 'on', released: 2 });
  const replies = await until('both are shown', async () => {
    const shown = await app.replies();
    return shown.length === 2 && shown;
  });
  expect(replies.map((reply) => [reply['from'], reply['text']])).toEqual(
    expect.arrayContaining([
      [phone(1), 'STOP'],
      [phone(2), 'OUI'],
    ]),
  );
  await until('the endpoint has both', () => app.world.endpoint.calls.length === 2);
  await until('the mailbox has both', () => app.world.mailbox.mails.length >= 2);
  expect(itemsOf(await app.account.get('/v1/conversations'))).toHaveLength(2);
  expect(await app.rows('select 1 from opt_outs')).toEqual([]);

  // What still comes to what was sent then is shown at once.
  app.world.gateway.receive({
    from: phone(2),
    to: textOf(replies.find((reply) => reply['from'] === phone(2)) ?? {}, 'to'),
    text: 'Et merci',
  });
  await sync(3, 14);
  await until('it is shown', async () => (await app.replies()).length === 3);
  expect(await decide({ state: 'on', reason: 'Again', releaseHeld: true })).toMatchObject({ released: 0 });
});

test('a reply that is filed out of sight while those held are released is released with them', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { twoWay: 'off' });
  const { id: messageId } = await aMessage(api.db, { accountId: shop.id, twoWay: false });
  const reply = await aReply(api.db, { text: 'STOP', filedAt: null, handedAt: null });
  const file = filing(api);
  const blocked = async (count: number) =>
    (await rows(api.db.pool, `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))
      .length === count;
  // Somebody else's transaction lists the same STOP: the filing knows that nobody sees the reply, and waits before it says so.
  const other = await api.db.pool.connect();
  await other.query('begin');
  await optedOut({ pool: other }, shop.id, reply.fromNumber ?? '');
  const filed = file([reply.id], 'replies/test');
  await until('the filing waits', () => blocked(1));
  let decided = false;
  const decision = api
    .asOperator('PUT', `/accounts/${shop.id}/two-way`, { state: 'on', reason: 'Paid', releaseHeld: true })
    .finally(() => (decided = true));
  await until('the decision waits for it, or is over', async () => decided || (await blocked(2)));
  await other.query('rollback');
  other.release();
  await filed;
  expect((await decision).body).toMatchObject({ twoWay: 'on', released: 1 });
  expect(await rows(api.db.pool, 'select message_id, hidden, unhide, filed_at from replies')).toEqual([
    { message_id: messageId, hidden: true, unhide: true, filed_at: null },
  ]);
});

test('turning it off stops new campaigns, not the replies to what was sent before', async () => {
  await using app = await startApp();
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.operator.send('PUT', `/v1/operator/accounts/${app.accountId}/two-way`, { state: 'off', reason: 'Not paid' });
  await expect(app.campaign([{ to: phone(1) }])).rejects.toThrow(/two-way-off/);
  await app.world.phones.reply(phone(1), 'OUI');
  await until('it is shown', async () => (await app.replies()).length === 1);
  await until('the endpoint has it', () => app.world.endpoint.calls.length === 1);
});
