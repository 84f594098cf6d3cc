import { expect, test } from 'vitest';
import { readSecrets } from '../../webhook-client/signing-secrets.ts';
import { suppress } from '../../database/mail/mail-suppression.ts';
import { rows } from '../../database/sql.ts';
import type { HealthState } from '../../domain/callbacks/endpoint-health.ts';
import { createOperator } from '../../cli/admin.ts';
import { anAccount, startApi, type TestAccount, type TestApi } from '../fixtures/api.ts';
import { onPlatform } from '../fixtures/states/accounts.ts';
import { endpointGone, endpointIs } from '../fixtures/states/callbacks.ts';

const V0 = { createdAt: '2019-05-01T00:00:00Z' };
const emails = [{ address: 'a@example.com' }, { address: 'b@example.com', locale: 'en' }];

/** An account with everything that can be changed: an endpoint in that state, an address that bounced. */
async function furnished(api: TestApi, platform: 'v0' | 'v2', health: HealthState = 'healthy') {
  const shop = await anAccount(api);
  const { id } = (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  if (health !== 'healthy') await endpointIs(api.db, id, { state: health });
  await shop.call('PATCH', '/reply-settings', { emails: [{ address: 'bounced@example.com' }] });
  await suppress(api.db.pool, { accountId: shop.id, address: 'bounced@example.com', reason: 'bounced', detail: 'no such' });
  await onPlatform(api.db, shop.id, platform);
  return { ...shop, endpoint: String(id) };
}

/** Where its replies go, without ids and times. */
async function settingsOf(shop: TestAccount): Promise<unknown> {
  const [settings, endpoints, suppressed] = [
    await shop.call('GET', '/reply-settings'),
    await shop.call('GET', '/callback-endpoints'),
    await shop.call('GET', '/mail-suppressions'),
  ];
  const without = ['id', 'createdAt', 'goneAt', 'since', 'account'];
  return JSON.parse(
    JSON.stringify([settings.body, endpoints.body, suppressed.body], (key: string, value: unknown) =>
      without.includes(key) ? undefined : value,
    ),
  );
}

const CHANGES: { kind: string; method: string; path: string; body?: unknown; health?: HealthState; at?: number }[] = [
  { kind: 'emails', method: 'PATCH', path: '/reply-settings', body: { emails } },
  {
    kind: 'address-lift',
    method: 'POST',
    path: '/mail-suppressions/lift',
    body: { address: 'bounced@example.com', reason: 'x' },
  },
  {
    kind: 'endpoint-new',
    method: 'POST',
    path: '/callback-endpoints',
    body: { url: 'https://example.com/new', format: 'octopush-json', schedule: [0, 5], fallbackUrl: 'https://example.com/b' },
    at: 201,
  },
  {
    kind: 'endpoint-change',
    method: 'PATCH',
    path: '/callback-endpoints/ID',
    body: { url: 'https://example.com/moved', types: ['reply.received', 'contact.opted-out'], ordered: true, timeoutMs: 2000 },
    health: 'gone',
  },
  { kind: 'endpoint-delete', method: 'DELETE', path: '/callback-endpoints/ID', at: 204 },
  { kind: 'endpoint-pause', method: 'POST', path: '/callback-endpoints/ID/pause' },
  { kind: 'endpoint-resume', method: 'POST', path: '/callback-endpoints/ID/resume', health: 'paused' },
  { kind: 'endpoint-enable', method: 'POST', path: '/callback-endpoints/ID/enable', body: { resume: 'all' }, health: 'disabled' },
  { kind: 'secret-rotate', method: 'POST', path: '/callback-endpoints/ID/secrets', body: {}, at: 201 },
];

/** What is about none, or leaves none. */
const NO_ENDPOINT = new Set(['emails', 'address-lift', 'endpoint-delete']);

test('what a V0 account asks for changes nothing until an operator carries it out', async () => {
  await using api = await startApi();
  for (const { kind, method, path, body, health, at = 200 } of CHANGES) {
    const [old, young] = [await furnished(api, 'v0', health), await furnished(api, 'v2', health)];
    const before = await settingsOf(old);
    expect({ kind, before }).toEqual({ kind, before: await settingsOf(young) });

    const asked = await old.call(method, path.replace('ID', old.endpoint), body);
    expect({ kind, ...asked }).toMatchObject({
      status: 202,
      body: { request: { kind, state: 'waiting' }, message: 'We will set this up in your account.' },
    });
    expect({ kind, now: await settingsOf(old) }).toEqual({ kind, now: before });

    expect({ kind, status: (await young.call(method, path.replace('ID', young.endpoint), body)).status }).toEqual({
      kind,
      status: at,
    });
    const done = await api.asOperator('POST', `/setting-requests/${asked.body.request.id}/carry-out`);
    expect({ kind, ...done }).toMatchObject({ status: 200, body: { kind, state: 'done', account: { id: old.id } } });
    const [settings, own] = [await settingsOf(old), await settingsOf(young)];
    // An operator stands for the addresses; a V2 account's readers confirm them.
    const vouched = JSON.stringify(own).replaceAll('"confirmed":false', '"confirmed":true');
    const wanted = kind === 'emails' ? JSON.parse(vouched) : own;
    expect({ kind, settings }).toEqual({ kind, settings: wanted });
    const changed = JSON.stringify(settings) !== JSON.stringify(before);
    expect({ kind, changed }).toEqual({ kind, changed: kind !== 'secret-rotate' });
    // What it makes is what the customer was told of when asking.
    const ids = (await old.call('GET', '/callback-endpoints')).body.items.map(({ id }: { id: string }) => id);
    expect({ kind, found: ids.includes(asked.body.endpoint) }).toEqual({ kind, found: !NO_ENDPOINT.has(kind) });
  }
});

test('a signing secret is shown once, to who asks; it signs once the request is carried out', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, V0);
  const asked = (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  expect(asked.secret).toMatch(/^whsec_/);
  const { id } = asked.request;
  const reads = [
    await shop.call('GET', `/setting-requests/${id}`),
    await shop.call('GET', '/setting-requests'),
    await api.asOperator('GET', `/setting-requests/${id}`),
    await api.asOperator('GET', '/setting-requests'),
    await api.asOperator('POST', `/setting-requests/${id}/carry-out`),
  ];
  expect(reads.map(({ status, text }) => [status, text.includes('whsec_')])).toEqual(reads.map(() => [200, false]));
  expect(api.lines.join('')).not.toContain(asked.secret);
  const secretsOf = async () => {
    const [row] = await rows<{ secrets: Buffer }>(api.db.pool, 'select secrets from callback_endpoints');
    return readSecrets(api.secrets.open(row?.secrets ?? Buffer.of())).map(({ secret }) => secret);
  };
  expect(await secretsOf()).toEqual([asked.secret]);
  const rotation = (await shop.call('POST', `/callback-endpoints/${asked.endpoint}/secrets`, {})).body;
  const [row] = await rows<{ text: string }>(
    api.db.pool,
    `select t::text as text from setting_requests t where kind = 'secret-rotate'`,
  );
  expect(row?.text).not.toContain(Buffer.from(rotation.secret).toString('hex'));
  await api.asOperator('POST', `/setting-requests/${rotation.request.id}/carry-out`);
  expect(await secretsOf()).toEqual([rotation.secret, asked.secret]);
  expect(await rows(api.db.pool, 'select id from setting_requests where secret is not null')).toEqual([]);
});

test('operators see requests oldest first and get a mail; a refusal’s reason reaches the account', async () => {
  await using api = await startApi();
  const [one, two] = [await anAccount(api, V0), await anAccount(api, { ...V0, name: 'Fleuriste' })];
  await one.call('POST', '/users', { email: 'owner@example.com', role: 'owner' });
  await createOperator(api.url, 'op@example.com');
  const { request } = (await one.call('PATCH', '/reply-settings', { emails })).body;
  await two.call('PATCH', '/reply-settings', { emails: [] });
  const first = (await api.asOperator('GET', '/setting-requests?limit=1')).body;
  expect(first.items).toMatchObject([
    { id: request.id, account: { id: one.id, name: 'Boulangerie' }, change: { emails }, requestedBy: `key ${one.keyId}` },
  ]);
  const second = (await api.asOperator('GET', `/setting-requests?limit=1&cursor=${first.nextCursor}`)).body;
  expect(second).toMatchObject({ items: [{ account: { id: two.id, name: 'Fleuriste' } }], nextCursor: null });
  expect((await api.asOperator('GET', `/setting-requests?account=${two.id}&state=refused`)).body.items).toEqual([]);

  const refusals = await Promise.all(
    [1, 2].map(() => api.asOperator('POST', `/setting-requests/${request.id}/refuse`, { reason: 'Not your domain' })),
  );
  expect(refusals.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const history = (await one.call('GET', '/setting-requests')).body.items;
  expect(history).toMatchObject([{ state: 'refused', reason: 'Not your domain', decidedBy: expect.stringMatching(/^key /) }]);
  expect((await api.asOperator('GET', '/setting-requests?state=refused')).body.items).toMatchObject(history);
  expect((await one.call('GET', '/reply-settings')).body.emails).toEqual([]);
  expect(await rows(api.db.pool, 'select address, kind, data from notices order by id')).toEqual([
    {
      address: 'op@example.com',
      kind: 'setting-requested',
      data: { accountId: one.id, accountName: 'Boulangerie', what: 'emails' },
    },
    {
      address: 'op@example.com',
      kind: 'setting-requested',
      data: { accountId: two.id, accountName: 'Fleuriste', what: 'emails' },
    },
    { address: 'owner@example.com', kind: 'setting-refused', data: { what: 'emails', reason: 'Not your domain' } },
  ]);
  expect((await one.call('GET', '/events')).body.items.map((each: { body: string }) => JSON.parse(each.body))).toMatchObject([
    { type: 'setting-request.refused', data: { request: { id: request.id, kind: 'emails', reason: 'Not your domain' } } },
  ]);
  expect(await rows(api.db.pool, `select account_id, detail from audit_log where action = 'setting-request.refused'`)).toEqual([
    { account_id: one.id, detail: { kind: 'emails', reason: 'Not your domain' } },
  ]);
});

test('what could not be made is refused at once; two requests about one thing keep their order', async () => {
  await using api = await startApi();
  const shop = await furnished(api, 'v0');
  const path = `/callback-endpoints/${shop.endpoint}`;
  const refused = [
    await shop.call('POST', '/callback-endpoints', { url: 'https://blocked.example.com/in' }),
    await shop.call('PATCH', path, { format: 'octopush-json', types: ['endpoint.failing'] }),
    await shop.call('PATCH', path, { schedule: [0, 5, 1] }),
    await shop.call('POST', `${path}/resume`),
    await shop.call('DELETE', `/callback-endpoints/${shop.id}`),
    await shop.call('POST', '/mail-suppressions/lift', { address: 'nobody@example.com', reason: 'x' }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([422, 400, 400, 409, 404, 404]);
  expect((await shop.call('GET', '/setting-requests')).body.items).toEqual([]);

  const ids: string[] = [];
  for (const description of ['first', 'second', 'third'])
    ids.push((await shop.call('PATCH', path, { description })).body.request.id);
  const [first, second, third] = ids;
  const carryOut = (id: string | undefined) => api.asOperator('POST', `/setting-requests/${id}/carry-out`);
  expect((await carryOut(second)).status).toBe(409);
  expect((await shop.call('POST', `/setting-requests/${first}/withdraw`)).body).toMatchObject({ state: 'withdrawn' });
  expect((await shop.call('POST', `/setting-requests/${first}/withdraw`)).status).toBe(409);
  expect([(await carryOut(first)).status, (await carryOut(second)).status]).toEqual([409, 200]);
  expect((await shop.call('GET', path)).body.description).toBe('second');

  // What is gone by the time it is decided can't be carried out, and stays to be refused.
  await endpointGone(api.db, shop.endpoint);
  expect((await carryOut(third)).status).toBe(404);
  expect((await api.asOperator('GET', `/setting-requests/${third}`)).body.state).toBe('waiting');
});

test('an account that is moved to V2 changes its settings itself from then on', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, V0);
  expect((await shop.call('PATCH', '/reply-settings', { emails })).status).toBe(202);
  await api.asOperator('POST', `/accounts/${shop.id}/migration`, { reason: 'they asked' });
  expect((await shop.call('PATCH', '/reply-settings', { emails })).status).toBe(200);
});

test('an operator sets a V0 account’s callback URL and format; it is told by mail, and audited', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { platform: 'v0', createdAt: '2019-01-01T00:00:00Z' });
  const change = (body: object) => api.asOperator('POST', `/accounts/${shop.id}/reply-changes`, body);
  await change({ kind: 'emails', emails: [{ address: 'owner@shop.example' }] });
  const made = await change({ kind: 'endpoint-new', fields: { url: 'https://shop.example/in', types: ['reply.received'] } });
  expect(made).toMatchObject({ status: 200, body: { endpoint: expect.any(String), secret: expect.stringMatching(/^whsec_/) } });
  const endpoint: string = made.body.endpoint;
  const changed = await change({
    kind: 'endpoint-change',
    endpoint,
    fields: { url: 'https://shop.example/new', format: 'octopush-json' },
  });
  expect(changed).toMatchObject({ status: 200, body: { endpoint, secret: null } });
  const { body } = await shop.call('GET', `/callback-endpoints/${endpoint}`);
  expect(body).toMatchObject({ url: 'https://shop.example/new', format: 'octopush-json' });
  const mails = await rows<{ kind: string }>(api.db.pool, `select kind from notices where kind = 'setting-done'`);
  expect(mails.length).toBeGreaterThanOrEqual(2);
  const acts = await rows(api.db.pool, `select 1 from audit_log where action = 'reply-settings.change' and account_id = $1`, [
    shop.id,
  ]);
  expect(acts).toHaveLength(3);
  expect((await shop.call('POST', `/operator/accounts/${shop.id}/reply-changes`, {})).status).toBe(403);
});
