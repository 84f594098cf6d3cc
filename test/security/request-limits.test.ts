import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createApi } from '../../api/app.ts';
import { rows } from '../../database/sql.ts';
import type { RequestLimits } from '../../api/limits/request-limits.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { filled, quotasOver } from '../fixtures/states/installation.ts';

const MANY = { perMinute: 100_000, atOnce: 1000 };
const limits = (key: Partial<RequestLimits['key']>, account: Partial<RequestLimits['account']> = {}) => ({
  key: { ...MANY, ...key },
  account: { ...MANY, ...account },
});
/** Another process of the same installation. */
const beside = ({ services }: Awaited<ReturnType<typeof startApi>>) => createApi(services);

test('a key has so many requests a minute over all processes; then 429 says when to come back', async () => {
  await using api = await startApi({ requestLimits: limits({ perMinute: 12 }) });
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const processes = [api.app, beside(api)];
  const answers: Response[] = [];
  for (let n = 0; n < 20; n++) {
    const app = processes[n % 2] ?? api.app;
    answers.push(await app.request('/v1/account', { headers: { authorization: `Bearer ${shop.key}`, 'accept-language': 'en' } }));
  }
  expect(answers.map(({ status }) => status)).toEqual([...Array(12).fill(200), ...Array(8).fill(429)]);
  const [first, last] = [answers[0], answers.at(-1)];
  expect(first?.headers.get('ratelimit-policy')).toBe(
    '"key-at-once";q=1000;qu="concurrent-requests", "key";q=12;w=60, "account-at-once";q=1000;qu="concurrent-requests", "account";q=100000;w=60',
  );
  expect(first?.headers.get('ratelimit')).toMatch(/"key";r=11;t=\d+/);
  expect(last?.headers.get('ratelimit')).toMatch(/"key";r=0;t=\d+/);
  const wait = Number(last?.headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  expect(last?.headers.get('content-type')).toBe('application/problem+json');
  expect(await last?.json()).toMatchObject({
    status: 429,
    code: 'too-many-requests',
    remedy: expect.stringContaining('Retry-After'),
  });
  // Nobody else pays for it, and after the minute it opens again.
  expect((await other.call('GET', '/account')).status).toBe(200);
  await quotasOver(api.db);
  const later = createApi(api.services);
  expect((await later.request('/v1/account', { headers: { authorization: `Bearer ${shop.key}` } })).status).toBe(200);
});

test('all keys and people of an account share its quota', async () => {
  await using api = await startApi({ requestLimits: limits({}, { perMinute: 10 }) });
  const shop = await anAccount(api);
  const { key } = (await shop.call('POST', '/keys', { name: 'second' })).body;
  const statuses: number[] = [];
  for (let n = 0; n < 12; n++) statuses.push((await api.call('GET', '/v1/account', { key: n % 2 ? key : shop.key })).status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(3);
});

test('a key has so many requests at once over all processes; one answered frees a place', async () => {
  await using api = await startApi({ requestLimits: limits({ atOnce: 6 }) });
  const shop = await anAccount(api);
  const other = beside(api);
  // Waiting for an event holds a request.
  const wait = async (app: typeof other): Promise<number> =>
    (await app.request('/v1/events?wait=3&limit=1', { headers: { authorization: `Bearer ${shop.key}` } })).status;
  const held = [...Array(4).keys()].map(() => wait(api.app)).concat([...Array(4).keys()].map(() => wait(other)));
  await setTimeout(500);
  const refused = await shop.call('GET', '/account');
  expect(refused).toMatchObject({ status: 429, body: { code: 'too-many-at-once' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  const statuses = await Promise.all(held);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([...Array(6).fill(200), 429, 429]);
  expect((await shop.call('GET', '/account')).status).toBe(200);
});

test('a request of a key that is far from its limit asks the database nothing about limits', async () => {
  await using api = await startApi({ requestLimits: limits({}) });
  const shop = await anAccount(api);
  const counted = async () =>
    (await rows<{ calls: string }>(api.db.pool, 'select sum(points) as calls from request_counts'))[0]?.calls;
  await shop.call('GET', '/account');
  await expect.poll(counted).not.toBeNull();
  await setTimeout(200);
  const before = await counted();
  for (let n = 0; n < 200; n++) expect((await shop.call('GET', '/account')).status).toBe(200);
  expect(await counted()).toBe(before);
});

test('no account has more of a thing than the table says, from keys to endpoints', async () => {
  await using api = await startApi();
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const cases = [
    ['/keys', { name: 'n' }, 100, 'api_keys'],
    ['/users', { email: 'new@example.com', role: 'agent' }, 501, 'users'],
    ['/lists', { name: 'new' }, 501, 'saved_lists'],
    ['/keyword-rules', { word: 'new', actions: [{ do: 'tag', tag: 'x' }] }, 1001, 'keyword_rules'],
    ['/canned-answers', { name: 'n', text: 'x' }, 201, 'canned_answers'],
    ['/inbox-views', { name: 'new', filters: {} }, 21, 'inbox_views'],
    ['/reply-views', { name: 'new', filters: {}, columns: ['text'] }, 51, 'reply_views'],
  ] as const;
  for (const [path, body, most, table] of cases) {
    await filled(api.db, table, most - 1, shop);
    const refused = await shop.call('POST', path, body);
    expect({ path, status: refused.status, code: refused.body.code }).toEqual({ path, status: 409, code: 'limit-reached' });
    expect(refused.body.detail).toContain(String(path === '/keys' ? 100 : (most - 1).toLocaleString('en')));
    expect((await other.call('POST', path, body)).status).toBe(201);
  }
});

test('of things made at once none passes the cap, by whatever way they are made', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await filled(api.db, 'canned_answers', 197, shop);
  await filled(api.db, 'users', 497, shop);
  await filled(api.db, 'account_domains', 97, shop);
  const ways: [path: string, body: (n: number) => object, table: string, most: number][] = [
    ['/canned-answers', () => ({ name: 'n', text: 'x' }), 'canned_answers', 200],
    ['/users', (n) => ({ email: `new${n}@example.com`, role: 'agent' }), 'users', 500],
    ['/sign-on/domains', (n) => ({ domain: `new${n}.example` }), 'account_domains', 100],
  ];
  for (const [path, body, table, most] of ways) {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => shop.call('POST', path, body(n))));
    expect([path, answers.filter(({ status }) => status === 409).length]).toEqual([path, 9]);
    expect(await rows(api.db.pool, `select 1 from ${table} where account_id = $1`, [shop.id])).toHaveLength(most);
  }
});

test('contacts have a cap too, for one by one, imports and other providers’ forms', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await filled(api.db, 'contacts', 999_999, shop);
  const one = (phone: string) => shop.call('PUT', '/contacts', { phone });
  expect((await shop.call('POST', '/contacts/import', { csv: 'phone\n+33612000001\n+33612000002' })).body.code).toBe(
    'limit-reached',
  );
  expect((await one('+33612000001')).status).toBe(200);
  expect((await one('+33612000002')).body.code).toBe('limit-reached');
  // Who is there already can still be changed.
  expect((await one('+33612000001')).status).toBe(200);
  expect(await rows(api.db.pool, `select count(*)::int as n from contacts`)).toEqual([{ n: 1_000_000 }]);
}, 120_000);
