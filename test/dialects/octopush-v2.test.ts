import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { anAccount } from '../fixtures/api.ts';
import { anOctopushShop, LOGIN } from './octopush-shop.ts';
import { timePasses } from '../fixtures/states/time.ts';

const to = (n = 1) => ({ phone_number: `+3361200000${n}` });
const UUID = /^[0-9a-f-]{36}$/;
const accepted = (contacts: number, segments: number) => ({
  sms_ticket: expect.stringMatching(UUID),
  number_of_contacts: contacts,
  total_cost: expect.closeTo(0.055 * segments, 6),
  number_of_sms_needed: segments,
  residual_credit: 999999.99,
});

test('each client’s send to V2 is answered with its status and its fields', async () => {
  await using shop = await anOctopushShop();
  const text = 'Votre colis est là. STOP au XXXXX';
  const cases: [client: string, status: number, body: Record<string, unknown>][] = [
    // Apprise: exactly 201, and its own name as sender
    [
      'apprise',
      201,
      {
        recipients: [to()],
        text: 'Disk full\r\nhost-1',
        type: 'sms_premium',
        purpose: 'alert',
        sender: 'Apprise',
        with_replies: false,
      },
    ],
    ['uptime-kuma', 201, { recipients: [to()], text: 'Up', type: 'sms_premium', purpose: 'alert', sender: 'UptimeKuma' }],
    // RaspiSMS: exactly 200
    ['raspisms', 200, { recipients: [to()], text, sms_type: 'sms_premium', purpose: 'alert', with_replies: 'True' }],
    ['raspisms-sender', 200, { recipients: [to()], text, sms_type: 'sms_premium', purpose: 'alert', sender: 'Raspi' }],
    // The official SDK of PHP: what is optional is null
    [
      'php-sdk',
      201,
      {
        recipients: [{ ...to(), first_name: null, last_name: null, param1: null }],
        text,
        type: 'sms_premium',
        purpose: 'wholesale',
        sender: 'Boutique',
        with_replies: null,
        send_at: null,
        simulation_mode: null,
        request_id: null,
        auto_optimize_text: null,
      },
    ],
    // A sender of 15 characters; STOP in an alert asks for no replies
    [
      'php-server-monitor',
      201,
      {
        recipients: [to()],
        text: 'Server down {host}. STOP au XXXXX',
        type: 'sms_premium',
        purpose: 'alert',
        sender: 'ServerMonitor15',
      },
    ],
    ['wp-sms', 201, { recipients: [to(1), to(2)], text, type: 'sms_premium', purpose: 'wholesale', sender: 'WordPress' }],
    ['dolipush', 201, { recipients: [to()], text, type: 'sms_premium', sender: 'Dolibarr', with_replies: true }],
    ['unknown-type', 201, { recipients: [to()], text, type: 'sms', sender: 'Twake', unknown: { any: ['thing'] } }],
    ['numbers-alone', 201, { recipients: ['+33612000001', '0033612000002'], text, type: 'sms_premium', sender: 'GoMonitor' }],
  ];
  for (const [client, status, body] of cases) {
    const path = client === 'numbers-alone' ? '/sms-campaign/send-one-time' : '/sms-campaign/send';
    const answer = await shop.v2('POST', path, body);
    const contacts = Array.isArray(body['recipients']) ? body['recipients'].length : 0;
    expect([client, answer.status, answer.body]).toEqual([client, status, accepted(contacts, contacts)]);
  }
  const sent = await shop.stored();
  expect(sent.map(({ sender }) => sender)).toEqual([
    'Apprise',
    'UptimeKuma',
    '36200',
    'Raspi',
    'Boutique',
    'ServerMonit',
    'WordPress',
    'WordPress',
    '36200',
    'Twake',
    'GoMonitor',
    'GoMonitor',
  ]);
  expect(sent[0]?.text).toBe('Disk full\nhost-1');
  expect(sent[5]?.text).toBe('Server down {host}. STOP au 36200');
  // One recipient is a single message, several are a campaign: each is started once.
  expect(shop.api.asked.map(({ what }) => what).filter((what) => what === 'sendCampaign')).toHaveLength(2);
  expect(shop.api.asked.filter(({ what }) => what === 'sendMessages')).toHaveLength(8);
});

test('a sender is cut and stripped; the campaign shows it as given beside what recipients see', async () => {
  await using shop = await anOctopushShop();
  const send = (sender: string) =>
    shop.v2('POST', '/sms-campaign/send', { recipients: [to(1), to(2)], text: 'Bonjour', purpose: 'alert', sender });
  for (const [given, became] of [
    ['ServerMonitor15', 'ServerMonit'],
    ['L’Atelier !', 'LAtelier'],
    ['Boutique', 'Boutique'],
  ] as const) {
    const { sms_ticket: ticket } = (await send(given)).body;
    expect((await shop.shop.call('GET', `/campaigns/${ticket}`)).body.sender).toEqual({ given, became });
  }
});

test('tags are filled in, a missing value is empty, other braces are text, values end at 50', async () => {
  await using shop = await anOctopushShop();
  const text = 'Hi {first_name}{last_name}! {{first_name}} {{#if x}} {ch1} {prenom} \\{param1} {param5}.';
  const recipients = [{ ...to(), first_name: 'A'.repeat(60), last_name: null, param1: 7 }];
  const sent = await shop.v2('POST', '/sms-campaign/send', { recipients, text, purpose: 'alert', sender: 'Boutique' });
  expect(sent.status).toBe(201);
  const name = 'A'.repeat(50);
  expect((await shop.stored())[0]?.text).toBe(`Hi ${name}! {${name}} {{#if x}} {ch1} {prenom} \\7 .`);
});

test('a refused send to V2 has its code as an integer and a message, and nothing of it is stored', async () => {
  await using shop = await anOctopushShop();
  const good = { recipients: [to()], text: 'Bonjour', type: 'sms_premium', purpose: 'alert', sender: 'Boutique' };
  const many = Array.from({ length: 501 }, (_, index) => ({ phone_number: `+336120${String(index).padStart(5, '0')}` }));
  const cases: [code: number, body: Record<string, unknown>][] = [
    [107, { ...good, text: '' }],
    [107, { ...good, text: null }],
    [189, { ...good, text: 'a'.repeat(1225) }],
    [189, { ...good, text: 'é€ç→'.repeat(300) }],
    [110, { ...good, recipients: [] }],
    [110, { ...good, recipients: undefined }],
    [305, { ...good, recipients: many }],
    [181, { ...good, recipients: [{ phone_number: '0612000001' }] }],
    [181, { ...good, recipients: [{ phone_number: '612000001' }] }],
    [181, { ...good, recipients: [{ phone_number: 'abc' }] }],
    [181, { ...good, recipients: [{ phone_number: null }, {}] }],
    [106, { ...good, sender: 'ab' }],
    [106, { ...good, sender: '+33755000001' }],
    [106, { ...good, sender: undefined }],
  ];
  for (const [code, body] of cases) {
    const answer = await shop.v2('POST', '/sms-campaign/send', body);
    expect([answer.status, answer.body]).toEqual([400, { code, message: expect.any(String) }]);
  }
  const raw = (text: string) => shop.api.call('POST', '/v1/public/sms-campaign/send', { raw: text, headers: shop.headers });
  for (const text of ['', '{', '[]', '"text"'])
    expect((await raw(text)).body).toEqual({ code: 100, message: expect.any(String) });
  const large = await raw(JSON.stringify({ ...good, text: 'a'.repeat(4 * 1024 * 1024) }));
  expect([large.status, large.body]).toEqual([413, { code: 500, message: expect.any(String) }]);
  expect(await shop.stored()).toEqual([]);
  expect(shop.api.asked.filter(({ what }) => what.startsWith('send'))).toEqual([]);
});

test('who has no right to V2 gets 401 in its form, an operator too; a missing address is 404', async () => {
  await using shop = await anOctopushShop();
  const body = { recipients: [to()], text: 'Bonjour', sender: 'Boutique' };
  const other = await anAccount(shop.api);
  const asked = (headers: Record<string, string>) => shop.api.call('POST', '/v1/public/sms-campaign/send', { body, headers });
  const wrong = [
    {},
    { 'api-login': LOGIN },
    { 'api-key': shop.key },
    { 'api-login': 'other@example.com', 'api-key': shop.key },
    { 'api-login': LOGIN, 'api-key': `ar_${'x'.repeat(43)}` },
    { 'api-login': LOGIN, 'api-key': other.key },
    { 'api-login': LOGIN, 'api-key': shop.api.operatorKey },
    { authorization: `Bearer ${shop.key}` },
  ];
  for (const headers of wrong) {
    const answer = await asked(headers);
    expect([answer.status, answer.body]).toEqual([401, { code: 101, message: expect.any(String) }]);
  }
  for (const path of ['/vocal-campaign/send', '/', '']) {
    const answer = await shop.v2('GET', path);
    expect([answer.status, answer.body]).toEqual([404, { code: 500, message: expect.any(String) }]);
  }
  // A person of the account is one of its logins, encoded once too often as well.
  await shop.shop.call('POST', '/users', { email: 'lea@example.com', role: 'viewer' });
  expect((await asked({ 'api-login': 'Lea%40example.com', 'api-key': shop.key })).status).toBe(201);
  expect(shop.api.lines.join('')).not.toMatch(/ar_[A-Za-z0-9_-]{20}|me@example|612000001/);
});

test('a request_id is taken once a day for an account, by one of two at once; without, it is two', async () => {
  await using shop = await anOctopushShop();
  const body = { recipients: [to(1), to(2)], text: 'Bonjour', purpose: 'alert', sender: 'Boutique' };
  const once = { ...body, request_id: 'order 17' };
  const both = await Promise.all([shop.v2('POST', '/sms-campaign/send', once), shop.v2('POST', '/sms-campaign/send', once)]);
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400]);
  expect(both.find(({ status }) => status === 400)?.body).toEqual({ code: 182, message: expect.any(String) });
  const [campaign] = await rows<{ request_id: string }>(shop.api.db.pool, 'select request_id from campaigns');
  expect(campaign?.request_id).toBe('order 17');
  await timePasses(shop.api.db, '25 hours', { idempotency_keys: ['created_at'] });
  expect((await shop.v2('POST', '/sms-campaign/send', once)).status).toBe(201);
  for (const _ of [1, 2]) expect((await shop.v2('POST', '/sms-campaign/send', { ...body, request_id: '' })).status).toBe(201);
  expect(await shop.stored()).toHaveLength(8);
});

test('two-way off, no credit, and a STOP that must be said are refused under their codes', async () => {
  await using shop = await anOctopushShop({ twoWay: 'off' });
  const body = { recipients: [to()], text: 'Bonjour', type: 'sms_premium', sender: 'Boutique' };
  const send = (more: Record<string, unknown>) => shop.v2('POST', '/sms-campaign/send', { ...body, ...more });
  expect(await send({ with_replies: true })).toMatchObject({ status: 400, body: { code: 201 } });
  expect(await send({})).toMatchObject({ status: 201 });
  expect((await shop.stored())[0]?.text).toBe('Bonjour STOP au 36200');
  await shop.shop.call('PATCH', '/policies', { missingStop: 'refuse' });
  expect(await send({})).toMatchObject({ status: 400, body: { code: 121 } });
  expect(await send({ type: 'sms_low_cost' })).toMatchObject({ status: 400, body: { code: 122 } });
  expect(await send({ purpose: 'alert' })).toMatchObject({ status: 201 });
  await shop.shop.call('PATCH', '/spend-limits', { day: '0.12' });
  expect(await send({ purpose: 'alert' })).toMatchObject({ status: 201, body: { residual_credit: 0.065 } });
  await shop.shop.call('PATCH', '/spend-limits', { day: '0.01' });
  expect(await send({ purpose: 'alert' })).toMatchObject({ status: 400, body: { code: 104 } });
});

test('who opted out is counted, who is out of reach is left out, and a simulation is whole', async () => {
  await using shop = await anOctopushShop();
  await shop.shop.call('POST', '/opt-outs/import', { entries: ['+33612000002'] });
  const recipients = [to(1), to(2), to(1), { phone_number: '0612000003' }];
  const body = { recipients, text: 'Bonjour', purpose: 'alert', sender: 'Boutique' };
  expect((await shop.v2('POST', '/sms-campaign/send', body)).body).toEqual(accepted(1, 1));
  expect((await shop.v2('POST', '/sms-campaign/send', { ...body, simulation_mode: 'true' })).body).toEqual(accepted(1, 1));
  expect((await shop.stored()).map(({ simulation }) => simulation)).toEqual([false, false, true, true]);
});

test('times of every form are read, in Paris where no zone is given; past or unreadable is now', async () => {
  await using shop = await anOctopushShop();
  const year = new Date().getUTCFullYear() + 1;
  const soon = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  const paris = new Date(`${soon}T12:00:00+01:00`).getTime();
  const isSummer = new Date(paris)
    .toLocaleString('en', { timeZone: 'Europe/Paris', timeZoneName: 'shortOffset' })
    .includes('GMT+2');
  const local = paris - (isSummer ? 3_600_000 : 0);
  const times: [string | null, number | null][] = [
    [`${soon}T12:00:00+01:00`, paris],
    [`${soon}T12:00:00+0100`, paris],
    [`${soon}T11:00:00.000Z`, paris],
    [`${soon} 12:00:00`, local],
    [`${soon}T12:00`, local],
    ['2020-01-01T00:00:00Z', null],
    ['tomorrow', null],
    [null, null],
  ];
  for (const [send_at] of times) {
    const body = { recipients: [to()], text: 'Bonjour', purpose: 'alert', sender: 'Boutique', send_at };
    expect((await shop.v2('POST', '/sms-campaign/send', body)).status).toBe(201);
  }
  expect((await shop.stored()).map(({ not_before: at }) => at?.getTime() ?? null)).toEqual(times.map(([, at]) => at));
  const far = {
    recipients: [to()],
    text: 'Bonjour',
    purpose: 'alert',
    sender: 'Boutique',
    send_at: `${year + 1}-12-31 10:00:00`,
  };
  expect((await shop.v2('POST', '/sms-campaign/send', far)).body).toMatchObject({ code: 125 });
});

test('the wallet says what is left in euros, and in SMS of a product', async () => {
  await using shop = await anOctopushShop();
  expect((await shop.v2('GET', '/wallet/check-balance')).body).toEqual({ amount: 999999.99, unit: 'euros' });
  await shop.shop.call('PATCH', '/spend-limits', { month: '5.5' });
  const asked = await shop.v2('GET', '/wallet/check-balance?product_name=sms_premium&country_code=FR&with_details=true');
  expect(asked).toMatchObject({ status: 200 });
  expect(asked.body).toEqual({
    amount: 100,
    unit: 'sms_premium',
    wallet_packs: [{ wallet_pack_id: 1, credit: 5.5, expiration_date: null }],
  });
  expect((await shop.v2('GET', '/wallet/check-credits?country_codes[]=FR&country_codes[]=BE')).body).toEqual({
    FR: { premium_sms: 100, vocal_sms: 0, low_cost_sms: 183, hlr: 0 },
    BE: { premium_sms: 100, vocal_sms: 0, low_cost_sms: 183, hlr: 0 },
  });
});
