import { expect, test } from 'vitest';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { aDelivery, aReply } from '../fixtures/rows.ts';
import { endpointIs } from '../fixtures/states/callbacks.ts';

const address = (name: string) => `${name}@example.com`;

test('a V2 account sets its e-mail addresses: one that stays keeps its id, one that returns too', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  expect((await shop.call('GET', '/reply-settings')).body).toEqual({ platform: true, emails: [], callbacks: [] });
  const set = async (...emails: object[]) => (await shop.call('PATCH', '/reply-settings', { emails })).body.emails;
  const [a, b] = await set({ address: address('a') }, { address: address('b'), locale: 'en' });
  expect([a, b]).toEqual([
    { id: expect.any(String), address: address('a'), locale: 'fr', gather: false, confirmed: false, suppressed: null },
    { id: expect.any(String), address: address('b'), locale: 'en', gather: false, confirmed: false, suppressed: null },
  ]);
  expect(await set({ address: address('B') })).toEqual([{ ...b, address: address('B') }]);
  expect((await set({ address: address('a'), locale: 'en' })).map(({ id }: { id: string }) => id)).toEqual([a.id]);
  expect((await shop.call('GET', '/reply-settings')).body.emails).toEqual([{ ...a, locale: 'en' }]);
  expect(await set({ address: address('a'), gather: true })).toEqual([{ ...a, locale: 'en', gather: true }]);
  expect(await set({ address: address('a') })).toEqual([{ ...a, locale: 'en', gather: true }]);
  expect(await set()).toEqual([]);
});

test('what is wrong with an address is named by its place', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const refused = await shop.call('PATCH', '/reply-settings', {
    emails: [{ address: address('a') }, { address: 'nobody' }, { address: address('c'), locale: 'de' }],
  });
  expect(refused.status).toBe(400);
  expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual(['emails[1].address', 'emails[2].locale']);
  expect(
    (
      await shop.call('PATCH', '/reply-settings', {
        emails: Array.from({ length: 21 }, (_, index) => ({ address: address(`n${index}`) })),
      })
    ).body.errors,
  ).toMatchObject([{ field: 'emails' }]);
  expect((await shop.call('GET', '/reply-settings')).body.emails).toEqual([]);
});

test('an operator sets the e-mail addresses of a V0 account, which reads them', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { createdAt: '2018-01-01T00:00:00Z' });
  expect(
    (await api.asOperator('PATCH', `/accounts/${shop.id}/reply-settings`, { emails: [{ address: address('a') }] })).status,
  ).toBe(200);
  expect((await shop.call('GET', '/reply-settings')).body.emails).toMatchObject([{ address: address('a'), locale: 'fr' }]);
});

test('a callback endpoint is made with a secret that is shown once and stored sealed', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const made = await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' });
  const { secret, ...shown } = made.body;
  expect([made.status, secret]).toEqual([201, expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)]);
  expect(shown).toEqual({
    id: expect.any(String),
    url: 'https://example.com/in',
    description: '',
    types: ['reply.received'],
    timeoutMs: 15_000,
    format: 'standard',
    fallbackUrl: null,
    schedule: null,
    ordered: false,
    scope: 'account',
    health: 'healthy',
    goneAt: null,
    createdAt: expect.any(String),
  });
  expect((await shop.call('GET', `/callback-endpoints/${shown.id}`)).body).toEqual(shown);
  expect((await shop.call('GET', '/callback-endpoints')).body).toEqual({ items: [shown] });
  expect((await shop.call('GET', '/reply-settings')).body.callbacks).toEqual([{ id: shown.id, url: shown.url }]);
  const [row] = await rows<{ secrets: Buffer; text: string }>(
    api.db.pool,
    'select secrets, e::text as text from callback_endpoints e',
  );
  expect(JSON.parse(api.secrets.open(row?.secrets ?? new Uint8Array()))).toEqual([{ secret, until: null }]);
  expect([row?.text.includes(secret), api.lines.join('').includes(secret)]).toEqual([false, false]);
});

test('an address inside our network is refused, made or changed, in one wording for all reasons', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const made = await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' });
  const url = 'https://blocked.example.com/in';
  const refused = [
    await shop.call('POST', '/callback-endpoints', { url }),
    await shop.call('PATCH', `/callback-endpoints/${made.body.id}`, { url }),
  ];
  for (const answer of refused) {
    expect(answer).toMatchObject({ status: 422, body: { code: 'unsafe-url', errors: [{ field: 'url' }] } });
    expect(answer.text).not.toMatch(/private|10\.0\.0\.1/);
  }
  expect((await shop.call('GET', '/callback-endpoints')).body.items).toMatchObject([{ url: 'https://example.com/in' }]);
  expect((await shop.call('POST', '/callback-endpoints', { url: 'nonsense' })).body.errors).toMatchObject([{ field: 'url' }]);
  expect((await shop.call('POST', '/callback-endpoints', { url, types: ['everything'] })).body.errors).toMatchObject([
    { field: 'types[0]' },
  ]);
});

test('an endpoint is changed field by field; a new URL takes up again what a 410 held', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { id } = (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  expect((await shop.call('PATCH', `/callback-endpoints/${id}`, { description: 'CRM', timeoutMs: 2000 })).body).toMatchObject({
    url: 'https://example.com/in',
    description: 'CRM',
    timeoutMs: 2000,
  });
  await endpointIs(api.db, id, { state: 'gone' });
  const held = await aDelivery(api.db, {
    accountId: shop.id,
    replyId: null,
    endpointId: id,
    state: 'held',
    heldReason: 'gone',
    nextAt: null,
  });
  expect((await shop.call('PATCH', `/callback-endpoints/${id}`, { description: 'Still' })).body.goneAt).toEqual(
    expect.any(String),
  );
  expect((await shop.call('PATCH', `/callback-endpoints/${id}`, { url: 'https://example.com/new' })).body).toMatchObject({
    url: 'https://example.com/new',
    goneAt: null,
    health: 'open',
  });
  expect(api.asked).toContainEqual({ what: 'recoverEndpoint', ids: [id] });
  expect((await shop.call('GET', `/deliveries/${held.id}`)).body.state).toBe('held');
});

test('a deleted endpoint is gone from every list; what it was owed is aborted and stays listed', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { id } = (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  const states = ['pending', 'retrying', 'held', 'delivered'] as const;
  for (const state of states) await aDelivery(api.db, { accountId: shop.id, replyId: null, endpointId: id, state });
  expect((await shop.call('DELETE', `/callback-endpoints/${id}`)).status).toBe(204);
  for (const [method, body] of [
    ['GET', undefined],
    ['PATCH', {}],
    ['DELETE', undefined],
  ] as const) {
    expect((await shop.call(method, `/callback-endpoints/${id}`, body)).status).toBe(404);
  }
  expect((await shop.call('GET', '/reply-settings')).body.callbacks).toEqual([]);
  const left = (await shop.call('GET', `/deliveries?endpoint=${id}`)).body.items.map(({ state }: { state: string }) => state);
  expect(left.toSorted()).toEqual(['aborted', 'aborted', 'aborted', 'delivered']);
});

test('deliveries can be asked for by state, channel, endpoint and reply, page by page', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const reply = await aReply(api.db, { accountId: shop.id });
  const endpointId = newId();
  const a = await aDelivery(api.db, { accountId: shop.id, replyId: reply.id, endpointId });
  const b = await aDelivery(api.db, {
    accountId: shop.id,
    replyId: null,
    channel: 'email',
    endpointId: null,
    emailId: newId(),
    state: 'delivered',
  });
  const ids = async (query: string) =>
    (await shop.call('GET', `/deliveries?${query}`)).body.items.map(({ id }: { id: string }) => id);
  expect(await ids('')).toEqual([b.id, a.id]);
  expect(await ids('state=delivered')).toEqual([b.id]);
  expect(await ids('channel=callback')).toEqual([a.id]);
  expect(await ids(`endpoint=${endpointId}`)).toEqual([a.id]);
  expect(await ids(`reply=${reply.id}`)).toEqual([a.id]);
  expect(await ids(`reply=${newId()}`)).toEqual([]);
  const first = (await shop.call('GET', '/deliveries?limit=1')).body;
  expect(await ids(`cursor=${first.nextCursor}`)).toEqual([a.id]);
  expect((await shop.call('GET', `/deliveries/${a.id}`)).body).toMatchObject({
    id: a.id,
    event: { type: 'reply.received', replyId: reply.id },
    state: 'retrying',
    attempts: 1,
    runId: 'replies/1',
  });
});

test('attempts are shown as they went, but blocked, refused and timed out read the same', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const attempts = async (attempt: Parameters<typeof aDelivery>[2], lastClass = 'http_5xx') => {
    const delivery = await aDelivery(api.db, { accountId: shop.id, replyId: null, lastClass }, attempt);
    const shown = (await shop.call('GET', `/deliveries/${delivery.id}`)).body.lastClass;
    const { id, startedAt, ...rest } = (await shop.call('GET', `/deliveries/${delivery.id}/attempts`)).body.items[0];
    expect([id, startedAt]).toEqual([expect.any(String), expect.any(String)]);
    return { lastClass: shown, ...rest };
  };
  expect(await attempts({})).toMatchObject({
    class: 'http_5xx',
    status: 503,
    timings: { total: 12 },
    bodyExcerpt: 'busy',
    number: 1,
  });
  const hidden = [];
  for (const kind of ['egress_blocked', 'refused', 'timeout', 'reset']) {
    hidden.push(
      await attempts(
        {
          class: kind,
          status: null,
          timings: { total: 3 },
          responseHeaders: null,
          bodyExcerpt: null,
          error: '10.0.0.1 refused',
        },
        kind,
      ),
    );
  }
  const [first] = hidden;
  expect(first).toMatchObject({ lastClass: 'unreachable', class: 'unreachable', timings: null, endedAt: null });
  for (const each of hidden) expect(each).toEqual(first);
});

test('an account asks for two-way SMS, both sides see its history, and an operator decides', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { twoWay: 'off' });
  const ask = () => shop.call('POST', '/two-way/request', { reason: 'Appointments', expectedVolume: 500 });
  expect(await ask()).toMatchObject({ status: 202, body: { twoWay: 'requested' } });
  expect(await ask()).toMatchObject({ status: 409 });
  expect((await api.asOperator('GET', '/accounts?twoWay=requested')).body.items).toMatchObject([{ id: shop.id }]);
  await api.asOperator('PUT', `/accounts/${shop.id}/two-way`, { state: 'refused', reason: 'Say more' });
  expect(await ask()).toMatchObject({ status: 202 });
  await api.asOperator('PUT', `/accounts/${shop.id}/two-way`, { state: 'on', reason: 'Fine' });
  expect(await ask()).toMatchObject({ status: 409 });
  const { body } = await shop.call('GET', '/account');
  expect(body.twoWay).toBe('on');
  expect(body.twoWayHistory.map(({ state, reason }: { state: string; reason: string }) => [state, reason])).toEqual([
    ['requested', 'Appointments'],
    ['refused', 'Say more'],
    ['requested', 'Appointments'],
    ['on', 'Fine'],
  ]);
  expect((await shop.call('POST', '/two-way/request', { reason: ' ', expectedVolume: 0 })).body.errors).toMatchObject([
    { field: 'reason' },
    { field: 'expectedVolume' },
  ]);
});

test('an endpoint may have its own schedule; too long, falling or too many delays are refused', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const make = (schedule: unknown) => shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in', schedule });
  const made = await make([0, 5, 60]);
  expect(made.body).toMatchObject({ schedule: [0, 5, 60] });
  const bad: [unknown, string][] = [
    [[0, 60, 5], 'falls at delay 3'],
    [Array.from({ length: 17 }, () => 1), '17 delays'],
    [[0, 8 * 86_400], '7 days'],
    [[], 'no delay'],
  ];
  for (const [schedule, problem] of bad) {
    const { status, body } = await make(schedule);
    expect([status, body.code, body.errors[0].field.split('.')[0]]).toEqual([400, 'invalid-request', 'schedule']);
    expect(body.errors[0].problem).toContain(problem);
  }
  expect((await shop.call('PATCH', `/callback-endpoints/${made.body.id}`, { schedule: null })).body.schedule).toBeNull();
});
