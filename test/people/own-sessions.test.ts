import { pino } from 'pino';
import { TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { createApi } from '../../api/app.ts';
import { openLive } from '../../database/live.ts';
import { rows } from '../../database/sql.ts';
import { cookieOf, invited, OWNER, PASSWORD, signIn, WITH_HEADER, withOwner } from '../fixtures/console/signed-in.ts';
import { listening } from '../fixtures/listening.ts';
import { timePasses } from '../fixtures/states/time.ts';

type Site = Awaited<ReturnType<typeof withOwner>>;
/** Moves every session back in time, in these columns. */
const ago = ({ api }: Site, columns: string[], interval: string) => timePasses(api.db, interval, { sessions: columns });
const again = async (site: Site) =>
  site.as(cookieOf((await signIn(site.api, { email: OWNER, password: site.password })).headers));

test('a session ends unused after its idle time, or after its hours, by the stricter policy', async () => {
  await using site = await withOwner();
  const { api, owner } = site;
  await ago(site, ['last_seen_at'], '71 hours');
  expect((await owner('GET', '/account')).status).toBe(200);
  // It was used: the time begins again.
  await ago(site, ['last_seen_at'], '71 hours');
  expect((await owner('GET', '/session')).status).toBe(200);
  await ago(site, ['last_seen_at'], '73 hours');
  for (const path of ['/account', '/session', '/session/sessions']) expect((await owner('GET', path)).status).toBe(401);

  const once = await again(site);
  await ago(site, ['created_at'], '721 hours');
  expect((await once('GET', '/account')).status).toBe(401);

  const stricter = await again(site);
  expect((await stricter('PATCH', '/sign-in-policy', { sessionHours: 721 })).body.errors[0].code).toBe('too-high');
  const set = { sessionHours: 8, idleMinutes: 15 };
  expect((await stricter('PATCH', '/sign-in-policy', set)).body).toMatchObject({ ...set, authenticator: false });
  await ago(site, ['last_seen_at'], '16 minutes');
  expect((await stricter('GET', '/account')).status).toBe(401);
  const last = await again(site);
  await ago(site, ['created_at'], '9 hours');
  expect((await last('GET', '/account')).status).toBe(401);
  expect(await rows(api.db.pool, `select from audit_log where action = 'sign-in-policy.change'`)).toHaveLength(1);
});

test('a stream that a page keeps open is no sign that somebody is there', async () => {
  await using site = await withOwner();
  await using server = await listening(site.api.app.fetch);
  await ago(site, ['last_seen_at'], '2 hours');
  const { body } = await fetch(`${server.url}/v1/stream`, { headers: { cookie: cookieOf(site.signed.headers) } });
  await body?.cancel();
  const seen = 'select from sessions where last_seen_at > now() - make_interval(mins => 5)';
  expect(await rows(site.api.db.pool, seen)).toHaveLength(0);
  await site.owner('GET', '/account');
  expect(await rows(site.api.db.pool, seen)).toHaveLength(1);
});

test('a person sees where they are signed in and ends one session; nobody ends another’s', async () => {
  await using site = await withOwner();
  const { api, owner, password } = site;
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const headers = { ...WITH_HEADER, 'user-agent': firefox };
  const elsewhere = site.as(
    cookieOf((await api.call('POST', '/v1/session', { body: { email: OWNER, password }, headers })).headers),
  );
  const viewer = await invited(site, 'viewer');
  const { items } = (await owner('GET', '/session/sessions')).body;
  expect(items).toHaveLength(2);
  const other = items.find(({ current }: { current: boolean }) => !current);
  expect(other).toMatchObject({ device: 'Firefox, Linux', address: '' });
  expect(Date.parse(other.endsAt) - Date.parse(other.lastSeenAt)).toBe(72 * 3_600_000);
  expect((await viewer('DELETE', `/session/sessions/${other.id}`)).status).toBe(404);
  expect((await owner('DELETE', `/session/sessions/${other.id}`)).status).toBe(204);
  expect((await elsewhere('GET', '/account')).status).toBe(401);
  expect((await owner('GET', '/account')).status).toBe(200);
});

/** How long after `act` a stream ends that this caller has open in another process. */
async function endsAfter(
  site: Site,
  headers: Record<string, string>,
  act: () => Promise<unknown>,
): Promise<{ ms: number; waited: number | undefined }> {
  await using stack = new AsyncDisposableStack();
  const live = openLive({ url: site.api.url, pool: site.api.services.db.pool, log: pino({ level: 'silent' }) });
  stack.defer(() => live.close());
  const server = stack.use(await listening(createApi({ ...site.api.services, live }).fetch));
  const { body, status } = await fetch(`${server.url}/v1/stream`, { headers });
  expect(status).toBe(200);
  const waiting = headers['authorization'] ? fetch(`${server.url}/v1/events?after=now&wait=30`, { headers }) : undefined;
  const reader = body?.getReader();
  await reader?.read();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await act();
  const began = performance.now();
  for (let over = false; !over;) over = (await reader?.read())?.done ?? true;
  return { ms: performance.now() - began, waited: (await waiting)?.status };
}

test('a revoked key and a session that ended close their streams within a second', async () => {
  await using site = await withOwner();
  const { api, shop, password } = site;
  const made = (await site.owner('POST', '/keys', { name: 'to be revoked' })).body;
  const revoke = () => site.owner('DELETE', `/keys/${made.id}`);
  const revoked = await endsAfter(site, { authorization: `Bearer ${made.key}` }, revoke);
  expect(revoked.ms).toBeLessThan(1000);
  expect(revoked.waited).toBe(401);
  const opened = async () => {
    const cookie = cookieOf((await signIn(api, { email: OWNER, password })).headers);
    return { cookie, as: site.as(cookie) };
  };
  const out = await opened();
  expect((await endsAfter(site, { cookie: out.cookie }, () => out.as('DELETE', '/session'))).ms).toBeLessThan(1000);
  const ended = await opened();
  const { items } = (await ended.as('GET', '/session/sessions')).body;
  const { id } = items.find(({ current }: { current: boolean }) => current);
  const end = () => site.owner('DELETE', `/session/sessions/${id}`);
  expect((await endsAfter(site, { cookie: ended.cookie }, end)).ms).toBeLessThan(1000);
  const reset = await opened();
  const change = () => site.owner('PUT', '/session/password', { current: password, password: PASSWORD });
  expect((await endsAfter(site, { cookie: reset.cookie }, change)).ms).toBeLessThan(1000);
  expect((await shop.call('GET', '/account')).status).toBe(200);
});

test('after ten minutes a factor, a key or a person changes by the password again', async () => {
  await using site = await withOwner();
  const { owner, password, api } = site;
  await ago(site, ['confirmed_at'], '11 minutes');
  for (const [method, path, body] of [
    ['POST', '/keys', { name: 'x' }],
    ['POST', '/users', { email: 'x@example.com', role: 'agent' }],
    ['PATCH', '/sign-in-policy', { authenticator: true }],
    ['POST', '/session/totp'],
  ] as const) {
    const refused = await owner(method, path, body);
    expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'password-again']);
  }
  expect((await owner('GET', '/keys')).status).toBe(200);
  expect((await owner('POST', '/session/confirm', { password: 'wrong' })).body.code).toBe('wrong-password');
  const confirmed = await owner('POST', '/session/confirm', { password });
  expect(confirmed.body.confirmed).toBe(true);
  // By another cookie: the one before opens nothing any more.
  expect((await owner('GET', '/account')).status).toBe(401);
  const now = site.as(cookieOf(confirmed.headers));
  expect((await now('POST', '/keys', { name: 'x' })).status).toBe(201);
  expect((await now('POST', '/session/totp')).status).toBe(200);
  expect(api.lines.join('')).not.toContain(password);
});

test('who has to have an authenticator sets one up, and can do nothing else before', async () => {
  await using site = await withOwner();
  const { owner, password, api, shop } = site;
  await owner('PATCH', '/sign-in-policy', { authenticator: true });
  for (const [method, path] of [
    ['GET', '/account'],
    ['GET', '/users'],
    ['GET', '/stream'],
    ['PATCH', '/sign-in-policy'],
  ] as const)
    expect((await owner(method, path, method === 'GET' ? undefined : {})).body.code).toBe('authenticator-required');
  expect((await signIn(api, { email: OWNER, password })).body.mustEnrol).toBe(true);
  const { secret } = (await owner('POST', '/session/totp')).body;
  const { session } = (await owner('PUT', '/session/totp', { code: new TOTP({ secret }).generate() })).body;
  expect(session.mustEnrol).toBe(false);
  expect((await owner('GET', '/account')).status).toBe(200);
  // Programs have no authenticator.
  expect((await shop.call('GET', '/account')).status).toBe(200);

  const everybody = createApi({ ...api.services, signInPolicy: { ...api.services.signInPolicy, authenticator: 'everybody' } });
  await owner('PATCH', '/sign-in-policy', { authenticator: false });
  const viewer = await invited(site, 'viewer');
  expect((await viewer('GET', '/account')).status).toBe(200);
  const cookie = cookieOf((await signIn(api, { email: 'viewer@boulangerie.example', password: PASSWORD })).headers);
  expect((await everybody.request('/v1/account', { headers: { cookie } })).status).toBe(403);
});

test('an authenticator added or removed is told by mail, in its owner’s language', async () => {
  await using site = await withOwner();
  const { owner, password, api } = site;
  const { secret } = (await owner('POST', '/session/totp')).body;
  await owner('PUT', '/session/totp', { code: new TOTP({ secret }).generate() });
  await owner('POST', '/session/totp/remove', { password });
  const told = await rows(api.db.pool, 'select address, kind, locale from notices order by id');
  expect(told).toEqual([
    { address: OWNER, kind: 'authenticator-added', locale: 'en' },
    { address: OWNER, kind: 'authenticator-removed', locale: 'en' },
  ]);
  expect(api.asked.filter(({ what }) => what === 'retryEmails')).toHaveLength(2);
});

test('usual passwords, patterns and what is made of one’s own address are refused', async () => {
  await using site = await withOwner();
  const { owner, password } = site;
  const change = (next: string) => owner('PUT', '/session/password', { current: password, password: next });
  for (const bad of [
    'Password1234',
    'motdepasse123',
    'azertyuiop123',
    'qwertyuiop12',
    '123456789012',
    'aaaaaaaaaaaaaa',
    OWNER,
    'Boulangerie2026',
    'patronne12345',
  ])
    expect([bad, (await change(bad)).body.errors?.[0]]).toMatchObject([bad, { field: 'password', code: 'password-usual' }]);
  expect((await change(PASSWORD)).status).toBe(200);
});

test('no cache keeps an answer of the API, a refusal included', async () => {
  await using site = await withOwner();
  for (const path of ['/v1/session', '/v1/account', '/v1/none', '/v1/operator/accounts']) {
    const { headers } = await site.api.call('GET', path, { headers: { cookie: cookieOf(site.signed.headers) } });
    expect([path, headers.get('cache-control')]).toEqual([path, 'no-store']);
  }
});
