import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { branded, mobile, premium, stored } from '../fixtures/stored-messages.ts';
import { ended } from '../fixtures/states/campaigns.ts';
import { rowsCameTo } from '../fixtures/states/sending.ts';

test('a premium campaign with replies is stored whole, goes by a short code, and its run starts', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api);
  const shop = await anAccount(api);
  const recipients = [
    { to: '0612000001', firstName: 'Zoé', reference: 'client-1' },
    { to: '0033612000002', firstName: 'Ali\n\\o/' },
  ];
  const made = await shop.call('POST', '/campaigns', {
    ...premium,
    sender: 'Boutique',
    text: 'Bonjour {{firstName}}',
    recipients,
  });

  expect(made.status).toBe(202);
  expect(made.body).toMatchObject({
    state: 'launched',
    total: 2,
    segments: 2,
    sender: { given: 'Boutique', became: '36200' },
    duplicatesRemoved: 0,
  });
  const common = {
    sender: '36200',
    reply_code: '36200',
    port: null,
    segments: 1,
    two_way: true,
    simulation: false,
    state: 'queued',
  };
  expect(await stored(api)).toEqual([
    { ...common, row: 1, to_number: mobile(1), text: 'Bonjour Zoé', reference: 'client-1' },
    { ...common, row: 2, to_number: mobile(2), text: 'Bonjour Ali\n\\o/', reference: null },
  ]);
  expect(api.asked.filter(({ what }) => what === 'sendCampaign')).toEqual([{ what: 'sendCampaign', ids: [made.body.id] }]);
  const [campaign] = await rows(
    api.db.pool,
    'select account_id, carrier_id, launched_at is not null as launched, handed_at from campaigns',
  );
  expect(campaign).toEqual({ account_id: shop.id, carrier_id: premiumId, launched: true, handed_at: null });
});

test('one bad row refuses the list, names every bad row with its remedy, and stores nothing', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const good = { to: mobile(1), name: 'Zoé' };
  const recipients = [
    good,
    { to: '06 12', name: 'court' },
    { to: mobile(3) },
    { to: mobile(4), name: 'é'.repeat(1300) },
    { to: 612_000_005, name: 'number' },
    { name: 'none' },
    { to: mobile(7), name: { first: 'object' } },
    { to: mobile(8), name: 'bell\u0007' },
    { to: mobile(9), name: '  ', reference: 'x'.repeat(256) },
    'not an object',
    { to: mobile(11), name: 123_456_789_012_345_680 },
  ];
  const refused = await shop.call('POST', '/campaigns', { ...premium, text: 'Bonjour {{name}} Œ', recipients });
  expect(refused.status).toBe(422);
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(refused.body).toMatchObject({
    code: 'invalid-rows',
    status: 422,
    title: expect.any(String),
    requestId: expect.any(String),
  });
  const { errors }: { errors: { row: number; field: string; problem: string; remedy: string }[] } = refused.body;
  expect(errors.map(({ row, field }) => `${row} ${field}`)).toEqual([
    '2 to',
    '3 name',
    '4 text',
    '5 to',
    '6 to',
    '7 name',
    '8 name',
    '9 reference',
    '10 recipients',
    '11 name',
  ]);
  for (const { problem, remedy } of errors) expect([problem.length > 5, remedy.length > 5]).toEqual([true, true]);
  expect(await rows(api.db.pool, 'select id from campaigns union all select id from messages')).toEqual([]);
  expect(api.asked.map(({ what }) => what)).not.toContain('sendCampaign');
});

test('of many bad rows the first thousand are listed and the rest counted', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const recipients = Array.from({ length: 1234 }, () => ({ to: 'nobody' }));
  const refused = await shop.call('POST', '/campaigns', { ...branded, text: 'Soldes', recipients });
  expect(refused.body.errors).toHaveLength(1000);
  expect(refused.body.detail).toMatch(/1,234 of the recipients.*234 more/);
});

test('a merge tag that no recipient has is one error in the text', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const refused = await shop.call('POST', '/campaigns', {
    ...branded,
    text: 'Bonjour {{fristName}}',
    recipients: [{ to: mobile(1), firstName: 'Zoé' }, { to: mobile(2) }],
  });
  expect(refused.status).toBe(400);
  expect(refused.body.errors).toEqual([
    { field: 'text', code: 'tag-in-no-recipient', problem: expect.stringContaining('{{fristName}}'), remedy: expect.any(String) },
  ]);
});

test('a number that stands twice in a list is sent to once: the first stays, others are counted', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const recipients = [
    { to: mobile(1), name: 'first' },
    { to: mobile(2), name: 'b' },
    { to: '06 12 00 00 01', name: 'again' },
    { to: mobile(3), name: 'c' },
  ];
  const made = await shop.call('POST', '/campaigns', { ...branded, text: '{{name}}', recipients });
  expect(made.body).toMatchObject({ total: 3, duplicatesRemoved: 1 });
  expect((await stored(api)).map(({ row, text }) => [row, text])).toEqual([
    [1, 'first'],
    [2, 'b'],
    [3, 'c'],
  ]);
});

const wrong: [string, object, string][] = [
  ['an empty list', { ...branded, recipients: [] }, 'recipients'],
  ['no list', { ...branded, recipients: undefined }, 'recipients'],
  ['an empty text', { ...branded, text: '' }, 'text'],
  ['a blank text', { ...branded, text: ' \n' }, 'text'],
  ['a control character in the text', { ...branded, text: 'a\u0001b' }, 'text'],
  ['an unknown route', { ...branded, route: 'express' }, 'route'],
  ['a misspelt field', { ...branded, sendat: '2030-01-01T00:00:00Z' }, 'sendat'],
  ['a time without an offset', { ...branded, sendAt: '2030-01-01T09:00:00' }, 'sendAt'],
  ['a time in the past', { ...branded, sendAt: '2020-01-01T09:00:00Z' }, 'sendAt'],
  ['a time years ahead', { ...branded, sendAt: '2130-01-01T09:00:00Z' }, 'sendAt'],
];

test.each([
  ['no sender ID', undefined, 'sender-missing'],
  ['a sender ID without a letter', '36200', 'sender-invalid'],
  ['the short code of nobody in particular, without replies', '12345', 'placeholder-without-replies'],
  ['a sender ID that is too long', 'BoutiqueDeParis', 'sender-invalid'],
  ['a sender ID with a space', 'La Rose', 'sender-invalid'],
  ['a number that is not rented', '+33700000009', 'number-not-rented'],
])('%s is a refusal of its own', async (_name, sender, code) => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const refused = await shop.call('POST', '/campaigns', { ...branded, sender, text: 'Soldes', recipients: [{ to: mobile(1) }] });
  const errors = [{ field: 'sender', problem: expect.any(String), remedy: expect.any(String) }];
  expect(refused).toMatchObject({ status: 422, body: { code, errors } });
  expect(await stored(api)).toEqual([]);
});

test('what is wrong with a campaign as a whole is refused by the name of its field', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  for (const [name, fields, field] of wrong) {
    const refused = await shop.call('POST', '/campaigns', { text: 'Soldes', recipients: [{ to: mobile(1) }], ...fields });
    const errors = [{ field, problem: expect.any(String), remedy: expect.any(String) }];
    expect({ name, ...refused }).toMatchObject({ name, status: 400, body: { code: 'invalid-request', errors } });
  }
  expect(await stored(api)).toEqual([]);
});

test('pause, resume and cancel are decided by the row: a conflict otherwise, the run told once', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const { body } = await shop.call('POST', '/campaigns', { ...branded, sendAt, text: 'Soldes', recipients: [{ to: mobile(1) }] });
  expect(body.sendAt).toBe(sendAt);
  const act = async (verb: string) => {
    const answer = await shop.call('POST', `/campaigns/${body.id}/${verb}`);
    return [answer.status, answer.body.state ?? answer.body.code];
  };
  expect(await act('resume')).toEqual([409, 'conflict']);
  expect(await act('pause')).toEqual([200, 'paused']);
  expect(await act('pause')).toEqual([409, 'conflict']);
  expect(await act('resume')).toEqual([200, 'launched']);
  expect(await act('cancel')).toEqual([200, 'cancelled']);
  expect(await act('cancel')).toEqual([409, 'conflict']);
  expect(await act('resume')).toEqual([409, 'conflict']);
  expect(api.asked.filter(({ what }) => what === 'campaignChanged')).toHaveLength(3);
  expect(await stored(api)).toMatchObject([{ state: 'queued' }]);
});

test('a campaign that is held goes that many seconds after it is stored, another one at once', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const send = async (fields: object) => {
    const { body } = await shop.call('POST', '/campaigns', { ...branded, text: 'A', recipients: [{ to: mobile(1) }], ...fields });
    return { sendAt: body.sendAt, startsInMs: (await shop.call('GET', `/campaigns/${body.id}`)).body.startsInMs };
  };
  expect(await send({})).toEqual({ sendAt: null, startsInMs: null });
  const begun = Date.now();
  const held = await send({ holdSeconds: 10 });
  expect(Date.parse(held.sendAt)).toBeGreaterThanOrEqual(begun + 10_000);
  expect(Date.parse(held.sendAt)).toBeLessThanOrEqual(Date.now() + 10_000);
  expect(held.startsInMs).toBeGreaterThan(5000);
  expect(held.startsInMs).toBeLessThanOrEqual(10_000);
  // What goes later is not hurried, what would go sooner waits.
  const tomorrow = new Date(begun + 86_400_000).toISOString();
  expect(await send({ holdSeconds: 10, sendAt: tomorrow })).toMatchObject({ sendAt: tomorrow });
  const soon = await send({ holdSeconds: 10, sendAt: new Date().toISOString() });
  expect(Date.parse(soon.sendAt)).toBeGreaterThanOrEqual(begun + 10_000);
});

test('a campaign tells how many messages are in each state; a closed one what froze at its end', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const recipients = Array.from({ length: 5 }, (_, index) => ({ to: mobile(index) }));
  const { body } = await shop.call('POST', '/campaigns', { ...branded, text: 'Soldes', recipients });
  await rowsCameTo(api.db, 'delivered', [1, 2]);
  expect((await shop.call('GET', `/campaigns/${body.id}`)).body).toMatchObject({
    id: body.id,
    progress: { delivered: 2, queued: 3 },
  });
  await ended(api.db, body.id, { delivered: 5 });
  expect((await shop.call('GET', `/campaigns/${body.id}`)).body).toMatchObject({
    state: 'completed',
    progress: { delivered: 5 },
  });
});

test('campaigns are listed newest first, messages as in the list, page by page without gap', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const recipients = Array.from({ length: 5 }, (_, index) => ({ to: mobile(index) }));
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) {
    const { body } = await shop.call('POST', '/campaigns', { ...branded, name: `n ${count}`, text: 'Soldes', recipients });
    ids.unshift(body.id);
  }
  const pages = async (path: string) => {
    const found: { id: string; row?: number }[] = [];
    let cursor: string | null = null;
    do {
      const answer = await shop.call(
        'GET',
        `${path}${path.includes('?') ? '&' : '?'}limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      expect(answer.status).toBe(200);
      found.push(...answer.body.items);
      cursor = answer.body.nextCursor;
    } while (cursor);
    return found;
  };
  expect((await pages('/campaigns')).map(({ id }) => id)).toEqual(ids);
  expect((await pages(`/campaigns/${ids[0]}/messages`)).map(({ row }) => row)).toEqual([1, 2, 3, 4, 5]);
  await rowsCameTo(api.db, 'failed', [2, 5]);
  expect((await pages(`/campaigns/${ids[0]}/messages?state=failed`)).map(({ row }) => row)).toEqual([2, 5]);
});
