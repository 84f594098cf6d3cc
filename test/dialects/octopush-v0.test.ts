import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { requestSha1 } from '../../api/dialects/octopush-v0/parameters.ts';
import { anOctopushShop, LOGIN, type OctopushShop } from './octopush-shop.ts';

const TICKET = '[0-9a-f-]{36}';
const SMS = { sms_text: 'Bonjour', sms_recipients: '+33612000001', sms_type: 'FR', sms_sender: 'Boutique', transactional: '1' };
/** As most clients send them: every list present, and empty. */
const EMPTY = {
  recipients_first_names: '',
  recipients_last_names: '',
  sms_fields_1: '',
  sms_fields_2: '',
  sms_fields_3: '',
  request_id: '',
  with_replies: '0',
  msisdn_sender: '0',
  request_mode: 'real',
};

const codeIn = (text: string): string | undefined => /^<\?xml[^>]*>\n<octopush><error_code>(\d+)<\/error_code>/.exec(text)?.[1];
const sentXml = (count: number, rows = '.*') =>
  new RegExp(
    `^<\\?xml version="1.0" encoding="UTF-8"\\?>\\n<octopush><error_code>000</error_code><cost>[\\d.]+</cost><balance>999999.99</balance>` +
      `<ticket>${TICKET}</ticket><sending_date>\\d{10}</sending_date><number_of_sendings>${count}</number_of_sendings>` +
      `<currency_code>€</currency_code><successs>${rows}</successs><failures></failures></octopush>$`,
  );

test('each client’s send to V0 is answered 200 in its form, however its parameters come', async () => {
  await using shop = await anOctopushShop();
  const { api } = shop;
  const credentials = { user_login: LOGIN, api_key: shop.key };
  const query = (fields: Record<string, string>) => new URLSearchParams({ ...credentials, ...fields }).toString();
  const now = String(Math.floor(Date.now() / 1000));

  // npm and PyPI, the gems, PHP 1.x and the shop modules: a form, answered in XML
  for (const path of ['/api/sms', '/api/sms/']) {
    const answer = await shop.v0(path, { ...SMS, ...EMPTY, sms_mode: '1' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/xml; charset=utf-8');
    expect(answer.text).toMatch(
      sentXml(
        1,
        '<success><recipient>\\+33612000001</recipient><country_code>FR</country_code><cost>0.055</cost><sms_needed>1</sms_needed></success>',
      ),
    );
  }
  // franckysolo: `sending_time` always, and now
  expect((await shop.v0('/api/sms', { ...SMS, sending_time: now })).text).toMatch(sentXml(1));

  const sentJson = {
    error_code: '000',
    cost: 0.055,
    balance: 999999.99,
    ticket: expect.stringMatching(`^${TICKET}$`),
    sending_date: expect.any(Number),
    number_of_sendings: 1,
    currency_code: '€',
    failures: [],
    successs: { recipient: '+33612000001', country_code: 'FR', cost: 0.055, sms_needed: 1 },
  };
  const multipart = new FormData();
  for (const [name, value] of Object.entries({ ...credentials, ...SMS })) multipart.set(name, value);
  const parts = new Response(multipart);
  const json = { 'content-type': 'application/json' };
  const calls = {
    // Symfony: the login encoded twice
    symfony: () =>
      api.call('POST', '/api/sms/json', shop.form({ ...credentials, ...SMS, user_login: encodeURIComponent(LOGIN) })),
    // Uptime Kuma V1: everything in the query of a POST with {} as its body
    kuma: () => api.call('POST', `/api/sms/json?${query(SMS)}`, { raw: '{}', headers: json }),
    // WP-SMS 2021
    'wp-sms': () => api.call('GET', `/api/sms/json?${query(SMS)}`),
    // A plus that nobody encoded
    plus: () => api.call('GET', `/api/sms/json/?${query({ ...SMS, sms_recipients: '' })}&sms_recipients=+33612000001`),
    // RaspiSMS until 2021
    raspisms: async () =>
      api.call('POST', '/api/sms/json', {
        raw: new Uint8Array(await parts.arrayBuffer()),
        headers: { 'content-type': parts.headers.get('content-type') ?? '' },
      }),
    // What the body says wins over the query
    both: () => api.call('POST', `/api/sms/json?${query({ ...SMS, sms_type: 'nothing' })}`, shop.form({ sms_type: 'WWW' })),
  };
  for (const [client, call] of Object.entries(calls)) {
    const answer = await call();
    expect([client, answer.status, answer.body]).toEqual([client, 200, sentJson]);
  }
  expect((await shop.stored()).every(({ to, sender }) => to === '+33612000001' && sender === 'Boutique')).toBe(true);
});

test('lists fill in their recipients’ tags, in both spellings, and several recipients are listed', async () => {
  await using shop = await anOctopushShop();
  const fields = {
    ...SMS,
    sms_text: '{prenom} {nom}: {ch1}, (ch2), {ch3}{other}',
    sms_recipients: '+33612000001, 0033612000002 ,33612000003',
    recipients_first_names: 'Léa,Ana,',
    recipients_last_names: 'A,B,C',
    sms_fields_1: '1,2,3',
  };
  const answer = await shop.v0('/api/sms/json', fields);
  expect(answer.body).toMatchObject({ number_of_sendings: 3, cost: 0.165, failures: [] });
  expect(answer.body.successs.map(({ recipient }: { recipient: string }) => recipient)).toEqual(
    [1, 2, 3].map((n) => `+3361200000${n}`),
  );
  expect((await shop.stored()).map(({ text }) => text)).toEqual([
    'Léa A: 1, A, {other}',
    'Ana B: 2, B, {other}',
    ' C: 3, C, {other}',
  ]);
  expect((await shop.stored()).every(({ campaign }) => campaign === answer.body.ticket)).toBe(true);
});

test('numbers that can not be reached stand among the failures, and the others go', async () => {
  await using shop = await anOctopushShop();
  const mixed = await shop.v0('/api/sms', { ...SMS, sms_recipients: '+33612000001,+334,0612000002' });
  expect(mixed.text).toContain(
    '<failures><failure><error_code>150</error_code><recipient>+334</recipient></failure><failure><error_code>150</error_code><recipient>0612000002</recipient></failure></failures>',
  );
  expect(mixed.text).toContain('<number_of_sendings>1</number_of_sendings>');
  expect(await shop.stored()).toHaveLength(1);
});

async function refusals(shop: OctopushShop, cases: [code: string, fields: Record<string, string>][]): Promise<void> {
  for (const [code, fields] of cases) {
    const asXml = await shop.v0('/api/sms', fields);
    expect([asXml.status, codeIn(asXml.text)]).toEqual([200, code]);
    expect(asXml.text).not.toContain('ticket');
    const asJson = await shop.v0('/api/sms/json', fields);
    expect([asJson.status, asJson.body]).toEqual([200, { error_code: code }]);
  }
}

test('a refused send to V0 is answered with 200 and its code alone, and nothing of it is stored', async () => {
  await using shop = await anOctopushShop();
  await refusals(shop, [
    ['107', { ...SMS, sms_text: '  ' }],
    ['110', { ...SMS, sms_recipients: '' }],
    ['112', { ...SMS, sms_type: 'ZZZ' }],
    ['112', { ...SMS, sms_type: '' }],
    ['119', { ...SMS, sms_text: 'a'.repeat(460) }],
    ['115', { ...SMS, recipients_first_names: 'Léa,Ana' }],
    ['115', { ...SMS, sms_recipients: '+33612000001,+33612000002', sms_fields_3: 'x' }],
    ['106', { ...SMS, sms_sender: 'ab' }],
    ['106', { ...SMS, sms_sender: '+33755000001' }],
    ['106', { ...SMS, with_replies: '1' }],
    ['117', { ...SMS, sms_recipients: '0612000001' }],
    ['117', { ...SMS, sms_recipients: 'abc,+334' }],
    ['123', { ...SMS, request_keys: 'TRS' }],
    ['124', { ...SMS, request_keys: 'TRS', request_sha1: createHash('sha1').update('other').digest('hex') }],
  ]);
  const { api } = shop;
  const codes = async (path: string, fields: Record<string, string>) => (await api.call('POST', path, shop.form(fields))).body;
  expect(await codes('/api/sms/json', {})).toEqual({ error_code: '100' });
  expect(await codes('/api/sms/json', SMS)).toEqual({ error_code: '108' });
  expect(await codes('/api/sms/json', { ...SMS, user_login: LOGIN })).toEqual({ error_code: '109' });
  for (const wrong of [
    { user_login: 'x@example.com', api_key: shop.key },
    { user_login: LOGIN, api_key: 'wrong' },
    { user_login: LOGIN, api_key: api.operatorKey },
  ])
    expect(await codes('/api/sms/json', { ...SMS, ...wrong })).toEqual({ error_code: '101' });
  for (const path of ['/api/nothing/json', '/api/json', '/api/sms/more/json'])
    expect(await codes(path, {})).toEqual({ error_code: '500' });
  expect(codeIn((await api.call('GET', '/api/user_info')).text)).toBe('500');
  expect(codeIn((await api.call('POST', '/api_sub/add_sub_account', shop.form({}))).text)).toBe('207');
  for (const path of ['/api_mag_ss/sms_batch', '/api_wooc_os/sms'])
    expect(codeIn((await api.call('POST', path, shop.form({}))).text)).toBe('500');
  const large = await shop.v0('/api/sms', { ...SMS, sms_text: 'a'.repeat(4 * 1024 * 1024) });
  expect([large.status, codeIn(large.text)]).toEqual([200, '500']);
  expect(await shop.stored()).toEqual([]);
  expect(api.asked.filter(({ what }) => what.startsWith('send'))).toEqual([]);
  expect(api.lines.join('')).not.toMatch(/ar_[A-Za-z0-9_-]{20}|me@example|612000001/);
});

test('two-way off, no credit, a request id again and a STOP that must be said have their codes', async () => {
  await using shop = await anOctopushShop({ twoWay: 'off' });
  await refusals(shop, [['201', { ...SMS, sms_sender: '12345', with_replies: '1' }]]);
  expect((await shop.v0('/api/sms/json', { ...SMS, request_id: 'r1' })).body).toMatchObject({ error_code: '000' });
  await refusals(shop, [['120', { ...SMS, request_id: 'r1' }]]);
  await shop.shop.call('PATCH', '/policies', { missingStop: 'refuse' });
  await refusals(shop, [
    ['121', { ...SMS, transactional: '0' }],
    ['122', { ...SMS, transactional: '0', sms_type: 'XXX' }],
  ]);
  await shop.shop.call('PATCH', '/spend-limits', { day: '0.01' });
  await refusals(shop, [['104', SMS]]);
});

test('with replies V0 sends from a short code or names it in the text; lowcost has no sender', async () => {
  await using shop = await anOctopushShop();
  const send = (more: Record<string, string>) => shop.v0('/api/sms/json', { ...SMS, ...more });
  expect((await send({ sms_sender: '12345', with_replies: '1' })).body).toMatchObject({ error_code: '000' });
  expect((await send({ sms_text: 'Répondez au XXXXX' })).body).toMatchObject({ error_code: '000' });
  expect((await send({ sms_type: 'XXX', sms_sender: 'CampagneSMS' })).body).toMatchObject({ error_code: '000', cost: 0.03 });
  const sent = await shop.stored();
  expect(sent.map(({ sender }) => sender)).toEqual(['36200', 'Boutique', expect.stringMatching(/^\+336000001/)]);
  expect(sent[1]?.text).toBe('Répondez au 36200');
});

test('a SHA-1 over the named fields lets a request in, and the clients’ example is its vector', async () => {
  await using shop = await anOctopushShop();
  const fields = {
    ...SMS,
    sms_text: 'Bonjour {ch1}, ça va ? STOP au XXXXX',
    sms_recipients: '+33600000001,+33600000002',
    sms_sender: '12345',
    with_replies: '1',
  };
  const sha1 = '3bb6690ac18c256ac65ab4cdaef76a9ba39908a7';
  expect(requestSha1('TRS', fields)).toBe(sha1);
  const sent = await shop.v0('/api/sms/json', { ...fields, request_keys: 'TRS', request_sha1: sha1.toUpperCase() });
  expect(sent.body).toMatchObject({ error_code: '000', number_of_sendings: 2 });
});

test('a time ahead is kept by either spelling, and a past one means now', async () => {
  await using shop = await anOctopushShop();
  const ahead = Math.floor(Date.now() / 1000) + 3600;
  const times: [Record<string, string>, number | null][] = [
    [{ sending_time: String(ahead) }, ahead],
    [{ sms_mode: '2', sending_date: String(ahead) }, ahead],
    [{ sms_mode: '1', sending_date: String(ahead) }, null],
    [{ sending_time: '1000000000' }, null],
  ];
  for (const [more, at] of times) {
    const { body } = await shop.v0('/api/sms/json', { ...SMS, ...more });
    expect(body.sending_date).toBeCloseTo(at ?? Date.now() / 1000, -1);
  }
  expect((await shop.stored()).map((each) => each.not_before?.getTime() ?? null)).toEqual(
    times.map(([, at]) => (at === null ? null : at * 1000)),
  );
});

test('the balance is text of two types in order, the credit is in euros, a simulation is whole', async () => {
  await using shop = await anOctopushShop();
  await shop.shop.call('PATCH', '/spend-limits', { day: '12.54' });
  expect((await shop.v0('/api/balance')).text).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<octopush><error_code>000</error_code><balance type="FR">228.00</balance><balance type="XXX">418.00</balance></octopush>',
  );
  const asJson = await shop.v0('/api/balance/json');
  expect(asJson.text).toBe('{"error_code":"000","balance":{"FR":"228.00","XXX":"418.00"}}');
  expect((await shop.v0('/api/credit')).text).toContain('<error_code>000</error_code><credit>12.54</credit>');
  expect((await shop.v0('/api/credit/json')).body).toEqual({ error_code: '000', credit: '12.54' });
  expect((await shop.v0('/api/sms/json', { ...SMS, request_mode: 'simu' })).body).toMatchObject({
    error_code: '000',
    balance: 12.54,
  });
  expect((await shop.stored()).map(({ simulation }) => simulation)).toEqual([true]);
});

test('the address for answers is set by a V2 account, and asked of the operator by a V0 one', async () => {
  await using shop = await anOctopushShop();
  expect((await shop.v0('/api/edit_options/json', { answer_email: 'lea@example.com' })).body).toEqual({ error_code: '000' });
  expect((await shop.v0('/api/edit_options', { sms_alert_bound: '10' })).text).toContain('<error_code>000</error_code>');
  expect((await shop.shop.call('GET', '/reply-settings')).body.emails).toMatchObject([{ address: 'lea@example.com' }]);
  await using old = await anOctopushShop({ platform: 'v0', createdAt: '2019-01-01T00:00:00Z' });
  expect((await old.v0('/api/edit_options/json', { answer_email: 'lea@example.com' })).body).toEqual({ error_code: '000' });
  expect((await old.shop.call('GET', '/reply-settings')).body.emails).toEqual([]);
  expect((await old.shop.call('GET', '/setting-requests')).body.items).toMatchObject([{ kind: 'emails', state: 'waiting' }]);
});
