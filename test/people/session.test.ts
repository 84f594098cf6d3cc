import { TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { createOperator, removeAuthenticator, setPassword } from '../../cli/admin.ts';
import { rows } from '../../database/sql.ts';
import { cookieOf, invited, OWNER, signIn, WITH_HEADER, withOwner } from '../fixtures/console/signed-in.ts';
import { timePasses } from '../fixtures/states/time.ts';

test('an owner signs in with a password, reads the account, and signs out for good', async () => {
  await using site = await withOwner();
  const { api, shop, signed, owner, password } = site;
  expect(signed.headers.getSetCookie()[0]).toMatch(/^aller_retour=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
  expect(signed.body).toMatchObject({ user: { email: OWNER, role: 'owner', totp: false }, account: { id: shop.id } });
  expect((await owner('GET', '/account')).body.id).toBe(shop.id);
  const stored = await rows<{ row: string }>(api.db.pool, 'select (u.*)::text || (s.*)::text as row from users u, sessions s');
  expect(stored[0]?.row).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  for (const secret of [password, cookieOf(signed.headers).slice(13)]) {
    expect(stored[0]?.row).not.toContain(secret);
    expect(api.lines.join('')).not.toContain(secret);
  }
  expect((await owner('DELETE', '/session')).status).toBe(204);
  for (const path of ['/session', '/account']) expect((await owner('GET', path)).status).toBe(401);
  expect((await owner('GET', '/session?optional=true')).status).toBe(204);
});

test('over https the cookie is bound to its host', async () => {
  await using site = await withOwner();
  const { api, password } = site;
  const headers = { ...WITH_HEADER, 'x-forwarded-proto': 'https' };
  const signed = await api.call('POST', '/v1/session', { body: { email: OWNER, password }, headers });
  expect(signed.headers.getSetCookie()[0]).toMatch(/^__Host-aller_retour=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  const known = await api.call('GET', '/v1/session', { headers: { ...headers, cookie: cookieOf(signed.headers) } });
  expect(known.body.user.email).toBe(OWNER);
});

test('a session writes only with the header that another site can not send', async () => {
  await using site = await withOwner();
  const headers = { cookie: cookieOf(site.signed.headers) };
  const sent = { headers, body: { email: 'x@example.com', role: 'agent' } };
  expect((await site.api.call('POST', '/v1/users', sent)).body.code).toBe('forbidden');
  expect((await site.api.call('GET', '/v1/users', { headers })).body.items).toHaveLength(1);
});

test('a wrong password and an unknown address are answered alike, and the eleventh try waits', async () => {
  await using site = await withOwner();
  const { api, password } = site;
  const [wrong, unknown] = [
    await signIn(api, { email: OWNER, password: 'wrong' }),
    await signIn(api, { email: 'nobody@example.com', password: 'wrong' }),
  ];
  expect([wrong.status, wrong.body.code, wrong.body.detail]).toEqual([401, 'sign-in-failed', unknown.body.detail]);
  const tries = await Promise.all(Array.from({ length: 12 }, () => signIn(api, { email: OWNER, password: 'wrong' })));
  expect(tries.filter(({ status }) => status === 429)).toHaveLength(3);
  const locked = await signIn(api, { email: OWNER, password });
  expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '900']);
  await timePasses(api.db, '1 hour', { sign_in_tries: ['until'] });
  expect((await signIn(api, { email: OWNER, password })).status).toBe(200);
});

test('a viewer changes nothing; an agent has conversations alone; an owner is not an operator', async () => {
  await using site = await withOwner();
  const viewer = await invited(site, 'viewer');
  const agent = await invited(site, 'agent');
  const tried = async (as: typeof viewer, method: string, path: string) =>
    (await as(method, path, method === 'GET' ? undefined : {})).status;
  for (const path of ['/campaigns', '/replies', '/users', '/conversations']) expect(await tried(viewer, 'GET', path)).toBe(200);
  for (const path of ['/campaigns', '/users', '/messages', '/two-way/request']) {
    expect(await tried(viewer, 'POST', path)).toBe(403);
    expect(await tried(agent, 'POST', path)).toBe(403);
  }
  for (const path of ['/conversations', '/account']) expect(await tried(agent, 'GET', path)).toBe(200);
  for (const path of ['/campaigns', '/users', '/callback-endpoints', '/reply-settings'])
    expect(await tried(agent, 'GET', path)).toBe(403);
  for (const who of [site.owner, viewer, agent]) expect(await tried(who, 'GET', '/operator/accounts')).toBe(403);
});

test('an operator’s session opens operator routes and no account; what they do is noted', async () => {
  await using site = await withOwner();
  const { api, as, shop } = site;
  await createOperator(api.url, 'ops@example.com');
  const signed = await signIn(api, { email: 'ops@example.com', password: await setPassword(api.url, 'ops@example.com') });
  const operator = as(cookieOf(signed.headers));
  expect(signed.body.account).toBe(null);
  expect((await operator('GET', '/account')).status).toBe(403);
  expect((await operator('PUT', `/operator/accounts/${shop.id}/two-way`, { state: 'off', reason: 'x' })).status).toBe(200);
  const noted = await rows(
    api.db.pool,
    `select actor from audit_log where actor = 'user ' || $1 and action not like 'session.%'`,
    [signed.body.user.id],
  );
  expect(noted).toHaveLength(1);
});

test('an authenticator, once confirmed, is asked for, and no code opens twice', async () => {
  await using site = await withOwner();
  const { api, owner, password } = site;
  const { secret, uri } = (await owner('POST', '/session/totp')).body;
  expect(uri).toContain(`secret=${secret}`);
  expect((await signIn(api, { email: OWNER, password })).status).toBe(200); // not confirmed yet
  // Drawn at once: a step of time may end in between, and one late or early is fine.
  const now = Date.now();
  const [code, next] = [now, now + 30_000].map((timestamp) => new TOTP({ secret }).generate({ timestamp }));
  expect((await owner('PUT', '/session/totp', { code })).body.session.user.totp).toBe(true);
  expect((await signIn(api, { email: OWNER, password })).body.code).toBe('code-required');
  expect((await signIn(api, { email: OWNER, password, code })).body.code).toBe('sign-in-failed');
  const both = await Promise.all([1, 2].map(() => signIn(api, { email: OWNER, password, code: next })));
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  expect((await owner('POST', '/session/totp')).status).toBe(409);
  // An open session alone takes nothing away: the password does.
  expect((await owner('POST', '/session/totp/remove', { password: 'wrong' })).body.code).toBe('wrong-password');
  expect((await owner('POST', '/session/totp/remove', { password })).body.user.totp).toBe(false);
  expect((await signIn(api, { email: OWNER, password })).status).toBe(200);
});

test('who lost an authenticator gets in by the installation’s administrator, and nobody else', async () => {
  await using site = await withOwner();
  const { api, owner, password } = site;
  const { secret } = (await owner('POST', '/session/totp')).body;
  await owner('PUT', '/session/totp', { code: new TOTP({ secret }).generate() });
  expect((await signIn(api, { email: OWNER, password })).body.code).toBe('code-required');
  await removeAuthenticator(api.url, OWNER);
  expect((await owner('GET', '/session')).status).toBe(401);
  expect((await signIn(api, { email: OWNER, password })).body.user).toMatchObject({ email: OWNER, totp: false });
});
