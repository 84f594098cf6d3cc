import { expect, test } from 'vitest';
import { anAccount } from '../fixtures/api.ts';
import { aConversation, aMessage, aReply } from '../fixtures/rows.ts';
import { anOctopushShop } from './octopush-shop.ts';

const body = { text: 'Bonjour', purpose: 'alert', sender: 'Boutique' };

test('callback addresses are set flat or nested, one a kind; their query is kept and not shown', async () => {
  await using shop = await anOctopushShop();
  const inbound = "https://example.com/in?k=a%20b&t='x'&u=é+%2B";
  const flat = {
    callback_url_for_inbounds: inbound,
    payload_type: 'html',
    callback_url_for_visits: 'https://example.com/visits',
  };
  expect((await shop.v2('PATCH', '/user/campaign-parameters/edit', flat)).status).toBe(200);
  const nested = {
    callbacks: {
      callback_url_for_deliveries: 'https://example.com/dlr?token=s3cret',
      callback_url_for_blacklisted_numbers: 'https://example.com/stop',
    },
  };
  expect((await shop.v2('PATCH', '/user/campaign-parameters/edit', nested)).status).toBe(200);
  const endpoints = async () =>
    (await shop.shop.call('GET', '/callback-endpoints')).body.items.map(({ url, types, format }: Record<string, unknown>) => ({
      url,
      types,
      format,
    }));
  expect(await endpoints()).toEqual(
    expect.arrayContaining([
      { url: inbound, types: ['reply.received'], format: 'octopush-form' },
      {
        url: 'https://example.com/dlr?token=s3cret',
        types: ['message.delivered', 'message.undelivered'],
        format: 'octopush-json',
      },
      { url: 'https://example.com/stop', types: ['contact.opted-out'], format: 'octopush-json' },
    ]),
  );
  for (const path of ['/user/campaign-parameters', '/campaign/parameters']) {
    const shown = await shop.v2('GET', path);
    expect(shown.body).toMatchObject({
      sms_campaign_alert_parameters: {},
      campaign_parameters: { sender_for_sms_premium: null },
      callbacks: { callback_url_for_inbounds: 'https://example.com/in', callback_url_for_deliveries: 'https://example.com/dlr' },
    });
    expect(shown.text).not.toContain('s3cret');
  }
  const changed = {
    callback_url_for_inbounds: 'https://example.com/other',
    callback_url_for_deliveries: '',
    email_for_inbounds: 'lea@example.com',
  };
  expect((await shop.v2('PATCH', '/user/campaign-parameters/edit', changed)).status).toBe(200);
  expect((await endpoints()).map(({ url }: { url: string }) => url)).toEqual(
    expect.arrayContaining(['https://example.com/other', 'https://example.com/stop']),
  );
  expect((await shop.shop.call('GET', '/reply-settings')).body.emails).toMatchObject([{ address: 'lea@example.com' }]);
  for (const bad of ['not an address', 'https://blocked.example.com/'])
    expect(await shop.v2('PATCH', '/user/campaign-parameters/edit', { callback_url_for_inbounds: bad })).toMatchObject({
      status: 400,
      body: { code: 125 },
    });
  expect(shop.api.lines.join('')).not.toMatch(/s3cret|k=a/);
});

test('contacts are made, put on a list, taken off it and deleted', async () => {
  await using shop = await anOctopushShop();
  const contacts = [{ phone_number: '+33612000001', first_name: 'Léa' }, { phone_number: '+33612000002' }];
  expect((await shop.v2('POST', '/contact-list/create', { list_name: 'Clients' })).status).toBe(201);
  expect((await shop.v2('POST', '/contact/create', { contacts, list_name: 'Clients', tag_name: 'vip' })).status).toBe(201);
  const known = async () =>
    (await shop.shop.call('GET', '/contacts')).body.items.map(({ phone, firstName, tags }: Record<string, unknown>) => ({
      phone,
      firstName,
      tags,
    }));
  expect(await known()).toEqual(
    expect.arrayContaining([
      { phone: '+33612000001', firstName: 'Léa', tags: ['Clients', 'vip'] },
      { phone: '+33612000002', firstName: null, tags: ['Clients', 'vip'] },
    ]),
  );
  expect((await shop.v2('POST', '/contact-list/empty', { list_name: 'Clients' })).status).toBe(200);
  expect(await shop.v2('DELETE', '/contact-list/delete', { list_name: 'Clients' })).toMatchObject({
    status: 400,
    body: { code: 303 },
  });
  expect((await shop.v2('DELETE', '/contact-list/delete', { list_name: 'vip' })).status).toBe(204);
  expect((await shop.v2('DELETE', '/contact/delete', { phone_numbers: ['+33612000001'] })).status).toBe(204);
  expect(await known()).toEqual([{ phone: '+33612000002', firstName: null, tags: [] }]);
  expect((await shop.v2('POST', '/contact/create', { contacts: [{ phone_number: 'x' }] })).body).toMatchObject({ code: 181 });
  expect((await shop.v2('POST', '/contact/create', {})).body).toMatchObject({ code: 100 });
  const many = Array.from({ length: 201 }, (_, n) => `+336120${String(n).padStart(5, '0')}`);
  expect((await shop.v2('DELETE', '/contact/delete', { phone_numbers: many })).body).toMatchObject({ code: 305 });
});

test('what has not gone is shown as a draft and cancelled by its ticket, of one or several', async () => {
  await using shop = await anOctopushShop();
  const send_at = new Date(Date.now() + 3_600_000).toISOString();
  for (const recipients of [['+33612000001'], ['+33612000001', '+33612000002']]) {
    const { sms_ticket: ticket } = (await shop.v2('POST', '/sms-campaign/send', { ...body, recipients, send_at })).body;
    expect((await shop.v2('GET', `/sms-campaign/draft?ticket_number=${ticket}`)).body).toEqual({
      ticket_number: ticket,
      number_of_contacts: recipients.length,
      total_cost: 0.055 * recipients.length,
      status: 'validated',
      message: '',
      code: 0,
    });
    expect((await shop.v2('DELETE', '/sms-campaign/cancel', { ticket_number: ticket })).status).toBe(204);
    expect(await shop.v2('DELETE', '/sms-campaign/cancel', { ticket_number: ticket })).toMatchObject({
      status: 400,
      body: { code: 131 },
    });
  }
  for (const ticket of ['none', '0199c2c1-6a5c-7b3e-9a51-3f0a52d1c7aa'])
    expect((await shop.v2('GET', `/sms-campaign/draft?ticket_number=${ticket}`)).body).toMatchObject({ code: 131 });
});

test('a campaign to a list or a tag is ready at once, goes when it is told to, once, or never', async () => {
  await using shop = await anOctopushShop();
  const contacts = [{ phone_number: '+33612000001', first_name: 'Léa' }, { phone_number: '+33612000002' }];
  await shop.v2('POST', '/contact/create', { contacts, list_name: 'Clients', tag_name: 'vip' });
  const wish = { ...body, text: 'Bonjour {first_name}!' };
  for (const [on, of] of [
    ['list', { list_name: 'Clients' }],
    ['tag', { tag_name: 'vip' }],
  ] as const) {
    const path = `/sms-campaign-on-${on}`;
    const made = await shop.v2('POST', `${path}/create`, { ...wish, ...of });
    expect(made).toMatchObject({ status: 201, body: { number_of_contacts: 2, total_cost: 0.11 } });
    const ticket = { ticket_number: made.body.ticket_number };
    expect((await shop.v2('GET', `${path}/status?ticket_number=${ticket.ticket_number}`)).body).toEqual({
      ...ticket,
      status: 'ready_to_be_sent',
    });
    const stateOf = async () => (await shop.shop.call('GET', `/campaigns/${ticket.ticket_number}`)).body.state;
    expect(await stateOf()).toBe('paused');
    expect((await shop.v2('POST', `${path}/send`, ticket)).status).toBe(200);
    expect(await stateOf()).toBe('launched');
    expect((await shop.v2('POST', `${path}/send`, ticket)).body).toMatchObject({ code: 131 });
    expect((await shop.v2('DELETE', `${path}/cancel`, ticket)).status).toBe(204);
    expect((await shop.v2('GET', `${path}/status?ticket_number=${ticket.ticket_number}`)).body).toMatchObject({
      status: 'failed',
    });
  }
  expect((await shop.stored()).slice(0, 2).map(({ text }) => text)).toEqual(['Bonjour Léa!', 'Bonjour !']);
  expect((await shop.v2('POST', '/sms-campaign-on-list/create', { ...wish, list_name: 'none' })).body).toMatchObject({
    code: 303,
  });
});

test('conversations are listed, and a contact that never wrote has none', async () => {
  await using shop = await anOctopushShop();
  expect((await shop.v2('GET', '/conversations/list')).body).toEqual([]);
  expect((await shop.v2('GET', '/conversations/messages/list?page=1&per_page=10')).body).toEqual([]);
  expect((await shop.v2('GET', '/conversations/messages/list?contact=%2B33612000001')).body).toEqual([]);
});

test('conversations and their messages are listed by page, newest first, by each filter', async () => {
  await using shop = await anOctopushShop();
  const { db } = shop.api;
  const account = shop.shop.id;
  const [first, second] = ['+33612000001', '+33612000002'];
  const minutes = (n: number) => new Date(Date.now() - n * 60_000);
  const talk = await aConversation(db, { account, phone: first, unread: 2, lastReplyAt: minutes(1) });
  const other = await aConversation(db, { account, phone: second, lastReplyAt: minutes(5) });
  await aConversation(db, { account: (await anAccount(shop.api)).id, phone: first, lastReplyAt: minutes(0) });
  const said = { accountId: account, conversationId: talk.id, toNumber: first };
  const sent = await aMessage(db, { ...said, text: 'Bonjour', state: 'delivered', submittedAt: minutes(4) });
  const failed = await aMessage(db, { ...said, text: 'Encore', state: 'undelivered', submittedAt: minutes(3) });
  const came = { accountId: account, fromNumber: first, conversationId: talk.id };
  const reply = await aReply(db, { ...came, text: 'OUI', receivedAt: minutes(1), campaignId: null });
  await aReply(db, { ...came, text: 'caché', receivedAt: minutes(2), hidden: true });
  await aReply(db, { accountId: account, fromNumber: second, conversationId: other.id, text: 'NON', receivedAt: minutes(5) });
  const get = async (path: string) => (await shop.v2('GET', `/conversations${path}`)).body;

  const listed = await get('/list');
  expect(listed).toEqual([
    { conversation_id: talk.id, phone_number: first, channel: 'sms', unread_messages: 2, last_message_date: expect.any(String) },
    {
      conversation_id: other.id,
      phone_number: second,
      channel: 'sms',
      unread_messages: 0,
      last_message_date: expect.any(String),
    },
  ]);
  expect(await get('/list?page=2&per_page=1')).toEqual([listed[1]]);
  const entry = (id: string, text: string, direction: string, delivery_status: string | null) => ({
    message_id: id,
    text,
    direction,
    delivery_status,
    channel: 'sms',
    user_identifier: first,
    date: expect.any(String),
  });
  const all = [
    entry(reply.id, 'OUI', 'inbound', null),
    entry(failed.id, 'Encore', 'outbound', 'NOT_DELIVERED'),
    entry(sent.id, 'Bonjour', 'outbound', 'DELIVERED'),
  ];
  for (const who of [
    'contact=%2B33612000001',
    'contact=+33612000001',
    'phone_number=0033612000001',
    `conversation_id=${talk.id}`,
  ])
    expect([who, await get(`/messages/list?${who}`)]).toEqual([who, all]);
  expect(await get(`/messages/list?conversation_id=${talk.id}&page=2&per_page=2`)).toEqual([all[2]]);
  expect((await get('/messages/list')).map(({ text }: { text: string }) => text)).toEqual(['OUI', 'NON']);
});

test('accounts below an account are refused with 207, and nothing is sent or changed', async () => {
  await using shop = await anOctopushShop();
  const fields = {
    user_login: 'me@example.com',
    api_key: shop.key,
    sub_login: 'sub@example.com',
    sms_number: '10',
    sms_type: 'FR',
  };
  for (const path of [
    '/api_sub/add_sub_account',
    '/api_sub/credit_sub_account_token',
    '/api_sub/sms/json',
    '/api_sub/credit_sub_account/json',
  ]) {
    const answer = await shop.api.call('POST', path, shop.form(fields));
    expect([path, answer.status, answer.text]).toEqual([path, 200, expect.stringMatching(/<error_code>207<|"error_code":"207"/)]);
  }
  const other = await shop.v2('POST', '/sub-account/create', { name: 'sub' });
  expect([other.status, other.body]).toEqual([404, { code: 500, message: expect.any(String) }]);
  expect(await shop.stored()).toEqual([]);
});

test('the reference lists every route of the dialects apart from our own', async () => {
  await using shop = await anOctopushShop();
  const { text } = await shop.api.call('GET', '/docs');
  const apart = text.slice(text.indexOf('id="other-providers"'));
  for (const route of [
    'POST /v1/public/sms-campaign/send',
    'GET /api/sms/json',
    'POST /api/balance',
    'DELETE /v1/public/contact/delete',
  ])
    expect(apart).toContain(`<code>${route}</code>`);
  expect((await shop.api.call('GET', '/openapi.json')).text).not.toContain('sms-campaign');
});
