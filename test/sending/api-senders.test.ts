import { expect, test } from 'vitest';
import { createOperator } from '../../cli/admin.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { branded, mobile, premium, stored } from '../fixtures/stored-messages.ts';

const lowcost = { name: 'Samedi', purpose: 'transactional', route: 'lowcost' };

test('a lowcost campaign goes from the SIMs in turn, each message with its port and reply code', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api, { twoWay: 'off' });
  const recipients = Array.from({ length: 6 }, (_, index) => ({ to: mobile(index) }));
  const made = await shop.call('POST', '/campaigns', { ...lowcost, text: 'Ouvert samedi, répondez OUI', recipients });

  expect(made.body.sender).toEqual({ given: null, became: null });
  const messages = await stored(api);
  for (const message of messages) expect(message.sender).toBe(message.reply_code);
  expect(messages.map(({ two_way: twoWay }) => twoWay)).not.toContain(true);
  const ports = new Map(messages.map(({ sender, port }) => [sender, port]));
  expect(ports).toEqual(
    new Map([
      ['+33600000101', 0],
      ['+33600000102', 1],
      ['+33600000103', 2],
    ]),
  );
  expect(messages.slice(0, 3).map(({ sender }) => sender)).toEqual(messages.slice(3).map(({ sender }) => sender));
});

test('premium without replies goes out under the sender ID given, and can not be replied to', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api, { twoWay: 'off' });
  const made = await shop.call('POST', '/campaigns', {
    ...branded,
    simulation: true,
    text: 'Soldes',
    recipients: [{ to: mobile(1) }],
  });
  expect(made.body).toMatchObject({ sender: { given: 'Boutique', became: 'Boutique' }, simulation: true });
  expect(await stored(api)).toMatchObject([{ sender: 'Boutique', reply_code: null, simulation: true, two_way: false }]);
});

test('a campaign that asks for replies without two-way SMS is refused, with why and a remedy', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api, { twoWay: 'refused' });
  for (const route of ['premium', 'lowcost']) {
    const refused = await shop.call('POST', '/campaigns', {
      ...premium,
      route,
      text: 'Répondez',
      recipients: [{ to: mobile(1) }],
    });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'two-way-off', detail: expect.stringMatching(/refused.*POST \/v1\/two-way\/request/) },
    });
  }
  expect(await stored(api)).toEqual([]);
});

test('XXXXX in a STOP mention asks for no reply, and becomes the number to write to, if any', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const made = await shop.call('POST', '/campaigns', {
    ...premium,
    text: 'Soldes. STOP au XXXXX',
    recipients: [{ to: mobile(1) }],
  });
  expect(made.status).toBe(202);
  await shop.call('POST', '/campaigns', {
    ...lowcost,
    text: `${'a'.repeat(147)} STOP: XXXXX`,
    recipients: [{ to: mobile(1) }],
  });
  await shop.call('POST', '/campaigns', { ...branded, text: 'Soldes. STOP SMS au XXXXX', recipients: [{ to: mobile(1) }] });
  expect((await stored(api)).map(({ text, segments }) => [text, segments])).toEqual([
    ['Soldes. STOP au 36200', 1],
    [expect.stringMatching(/STOP: \+3360000010[123]$/), 2],
    ['Soldes. STOP SMS au 36200', 1],
  ]);
});

test('recipients of a country without a short code are a named refusal that counts them', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const recipients = [{ to: mobile(1) }, { to: '+32470123456' }, { to: '+32470123457' }];
  const refused = await shop.call('POST', '/campaigns', { ...premium, text: 'Bonjour', recipients });
  expect(refused).toMatchObject({
    status: 422,
    body: { code: 'no-reply-code', errors: [{ field: 'recipients', problem: expect.stringMatching(/2 in BE/) }] },
  });
  // XXXXX can't be read as it stands: who would read it is refused, even where sending without replies is allowed.
  for (const allowUnreachable of [false, true]) {
    const written = { ...branded, text: 'Répondez au XXXXX', recipients, allowUnreachable };
    expect(await shop.call('POST', '/campaigns', written)).toMatchObject({
      status: 422,
      body: { code: 'no-reply-code', errors: [{ problem: expect.stringMatching(/2 in BE/), remedy: expect.any(String) }] },
    });
  }
  expect(await stored(api)).toEqual([]);
});

test('from a rented number, recipients of other countries are listed as unable to reply, twice', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api);
  const shop = await anAccount(api);
  const number = '+33700000001';
  await api.asOperator('POST', '/numbers', { number, kind: 'virtual', carrier: premiumId, country: 'FR', account: shop.id });
  const recipients = [{ to: mobile(1) }, { to: '+32470123456' }];
  const abroad = { ...premium, sender: number, text: 'Bonjour', recipients };
  expect((await shop.call('POST', '/campaigns', abroad)).body).toMatchObject({
    code: 'no-reply-code',
    errors: [{ problem: expect.stringMatching(/1 in BE/) }],
  });
  const anyway = { ...abroad, allowUnreachable: true };
  const said = {
    countries: [
      { country: 'FR', recipients: 1, canReply: 1, codes: [number] },
      { country: 'BE', recipients: 1, canReply: 0, codes: [] },
    ],
    warnings: expect.arrayContaining([{ code: 'country-no-reply', detail: expect.stringContaining('BE (1)') }]),
  };
  expect((await shop.call('POST', '/campaigns/preview', anyway)).body).toMatchObject(said);
  expect(await shop.call('POST', '/campaigns', anyway)).toMatchObject({ status: 202, body: said });
  expect((await stored(api)).map(({ sender, reply_code: code }) => [sender, code])).toEqual([
    [number, number],
    [number, null],
  ]);
});

test('a route without a carrier, and a gateway without SIMs, are named refusals', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const send = () => shop.call('POST', '/campaigns', { ...lowcost, text: 'Bonjour', recipients: [{ to: mobile(1) }] });
  expect((await send()).body.code).toBe('no-carrier');
  await carriers(api, { sims: [] });
  expect((await send()).body.code).toBe('no-reply-code');
});

test('a number that another account rents is never sent from', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api, { codes: [] });
  const [renter, other] = [await anAccount(api), await anAccount(api)];
  await api.asOperator('POST', '/numbers', {
    number: '36777',
    kind: 'short-code',
    carrier: premiumId,
    country: 'FR',
    account: renter.id,
  });
  const campaign = { ...premium, text: 'Bonjour', recipients: [{ to: mobile(1) }] };
  expect((await other.call('POST', '/campaigns', campaign)).body.code).toBe('no-reply-code');
  expect((await renter.call('POST', '/campaigns', campaign)).body.sender.became).toBe('36777');
});

test('a V0 account is taken at its word: 12345 and XXXXX become a code, a lone sender is refused', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api, { createdAt: '2019-05-01T00:00:00Z' });
  const campaign = { ...premium, text: 'Bonjour', recipients: [{ to: mobile(1) }] };
  expect((await shop.call('POST', '/campaigns', { ...campaign, sender: '12345' })).body.sender).toEqual({
    given: '12345',
    became: '36200',
  });
  const written = { ...campaign, sender: 'Boutique', withReplies: false, text: 'OUI au XXXXX, NON au XXXXX' };
  expect((await shop.call('POST', '/campaigns', written)).body.sender).toEqual({ given: 'Boutique', became: 'Boutique' });
  expect((await stored(api)).at(-1)).toMatchObject({ text: 'OUI au 36200, NON au 36200', reply_code: '36200', two_way: true });
  expect((await shop.call('POST', '/campaigns', { ...campaign, sender: 'Boutique' })).body).toMatchObject({
    code: 'brand-without-code',
    errors: [{ field: 'sender' }],
  });
  expect((await shop.call('POST', '/campaigns', { ...campaign, ...lowcost, withReplies: false })).status).toBe(202);
});

test('recipients who could not reply are sent to all the same where said, from the sender given', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const recipients = [{ to: mobile(1) }, { to: '+32470123456' }];
  const campaign = { ...premium, sender: 'Boutique', text: 'Bonjour', recipients, allowUnreachable: true };
  expect((await shop.call('POST', '/campaigns', campaign)).status).toBe(202);
  expect(await stored(api)).toMatchObject([
    { sender: '36200', reply_code: '36200' },
    { sender: 'Boutique', reply_code: null },
  ]);
  expect(await rows(api.db.pool, 'select allow_unreachable from campaigns')).toEqual([{ allow_unreachable: true }]);
});

test('a sender ID is warned of, refused or let be until it is a brand; plain words in France', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const send = async (sender: string, to = mobile(1)) => {
    const body = { ...branded, sender, text: 'Soldes', recipients: [{ to }] };
    const shown = await shop.call('POST', '/campaigns/preview', body);
    const { status, body: made } = await shop.call('POST', '/campaigns', body);
    const said: string[] = status === 202 ? made.warnings.map(({ code }: { code: string }) => code) : [made.code];
    const previewed = [...shown.body.refusals, ...shown.body.warnings].map(({ code }: { code: string }) => code);
    expect(previewed).toEqual(said);
    return [status, ...said];
  };
  const BELGIAN = '+32470123456';
  expect(await send('Fournil')).toEqual([202, 'sender-unregistered']);
  expect(await send('INFO')).toEqual([202, 'sender-generic', 'sender-unregistered']);
  expect(await send('INFO', BELGIAN)).toEqual([202, 'sender-unregistered']);

  const overrides = { BE: { brandRegistration: 'off' }, FR: { genericSenders: 'off' } };
  await shop.call('PATCH', '/policies', { brandRegistration: 'refuse', senderOverrides: overrides });
  expect(await send('Fournil')).toEqual([422, 'sender-unregistered']);
  expect(await send('Fournil', BELGIAN)).toEqual([202]);
  await shop.call('PATCH', '/policies', { brandRegistration: 'off', genericSenders: 'refuse', senderOverrides: {} });
  expect(await send('info')).toEqual([422, 'sender-generic']);
  expect(await send('Fournil')).toEqual([202]);

  await shop.call('PATCH', '/policies', { brandRegistration: 'refuse' });
  const asked = await shop.call('POST', '/brands', { sender: 'Fournil' });
  expect(asked).toMatchObject({ status: 201, body: { state: 'requested', sender: 'Fournil' } });
  expect((await shop.call('POST', '/brands', { sender: 'FOURNIL' })).body.id).toBe(asked.body.id);
  expect(await send('Fournil')).toEqual([422, 'sender-unregistered']);
  const [waiting] = (await api.asOperator('GET', '/brands?state=requested')).body.items;
  const decision = { state: 'confirmed', reason: 'the trade register says so' };
  expect(await api.asOperator('PUT', `/brands/${waiting.id}`, decision)).toMatchObject({ status: 200, body: decision });
  expect(await send('FOURNIL')).toEqual([202]);
  expect((await shop.call('GET', '/brands')).body.items).toMatchObject([{ sender: 'Fournil', state: 'confirmed' }]);
  const other = await anAccount(api);
  await other.call('PATCH', '/policies', { brandRegistration: 'refuse' });
  const theirs = { ...branded, sender: 'Fournil', text: 'Soldes', recipients: [{ to: mobile(1) }] };
  expect((await other.call('POST', '/campaigns', theirs)).body.code).toBe('sender-unregistered');
});

test('operators hear of a brand by mail, once; its account of each decision by mail and event', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await shop.call('POST', '/users', { email: 'owner@example.com', role: 'owner' });
  await createOperator(api.url, 'op@example.com');
  const { id } = (await shop.call('POST', '/brands', { sender: 'Fournil' })).body;
  await shop.call('POST', '/brands', { sender: 'fournil' });
  for (const state of ['refused', 'confirmed', 'confirmed'])
    expect((await api.asOperator('PUT', `/brands/${id}`, { state, reason: `it is ${state}` })).status).toBe(200);
  expect(await rows(api.db.pool, 'select address, kind, data from notices order by id')).toEqual([
    {
      address: 'op@example.com',
      kind: 'brand-requested',
      data: { accountId: shop.id, accountName: 'Boulangerie', sender: 'Fournil' },
    },
    { address: 'owner@example.com', kind: 'brand-refused', data: { sender: 'Fournil', reason: 'it is refused' } },
    { address: 'owner@example.com', kind: 'brand-confirmed', data: { sender: 'Fournil', reason: 'it is confirmed' } },
  ]);
  const told = (await shop.call('GET', '/events')).body.items.map((each: { body: string }) => JSON.parse(each.body));
  expect(told).toMatchObject([
    { type: 'brand.refused', data: { brand: { id, sender: 'Fournil', state: 'refused', reason: 'it is refused' } } },
    { type: 'brand.confirmed', data: { brand: { id, sender: 'Fournil', state: 'confirmed', reason: 'it is confirmed' } } },
  ]);
  expect(api.asked.map(({ what }) => what)).toEqual(expect.arrayContaining(['retryEmails', 'retryCallbacks']));
  const missing = await api.asOperator('PUT', `/brands/${shop.id}`, { state: 'refused', reason: 'x' });
  expect(missing.status).toBe(404);
});
