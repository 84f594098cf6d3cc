import { expect, test } from 'vitest';
import { createOwner, setPassword } from '../../cli/admin.ts';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { createGuard } from '../../webhook-client/guard.ts';
import { createGuardedFetch } from '../../webhook-client/guarded-fetch.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { cookieOf, invited, OWNER, PASSWORD, signIn, WITH_HEADER } from '../fixtures/console/signed-in.ts';
import { identityProvider, type Vouched } from '../fixtures/people/identity-provider.ts';
import { signOnForged } from '../fixtures/states/people.ts';
import { timePasses } from '../fixtures/states/time.ts';

const DOMAIN = 'boulangerie.example';
const ANNE: Vouched = { sub: 'anne-1', email: `anne@${DOMAIN}`, email_verified: true, groups: ['chat'] };
const BACK = 'http://sms.example/v1/session/single-sign-on/';
const allowing = (allowCidrs: string[]) =>
  createGuardedFetch({ guard: createGuard({ allowHttp: true, ports: 'any', allowCidrs, denyCidrs: [] }) });

/** An account whose domain is proved, and a provider by which its people sign in. */
async function withProvider(
  options: { metadata?: Parameters<typeof identityProvider>[0]; change?: object; installation?: boolean } = {},
) {
  await using stack = new AsyncDisposableStack();
  const provider = stack.use(await identityProvider(options.metadata));
  const txt = new Map<string, string[]>();
  const api = stack.use(
    await startApi({
      publicUrl: 'http://sms.example/',
      guardedFetch: allowing(['127.0.0.1/32']),
      readTxt: async (name) => txt.get(name) ?? [],
    }),
  );
  const shop = await anAccount(api);
  await createOwner(api.url, OWNER, shop.id);
  const password = await setPassword(api.url, OWNER);
  const signed = await signIn(api, { email: OWNER, password });
  const as = (cookie: string) => (method: string, path: string, body?: unknown) =>
    api.call(method, `/v1${path}`, { headers: { cookie, ...WITH_HEADER }, ...(body === undefined ? {} : { body }) });
  const owner = as(cookieOf(signed.headers));
  await api.asOperator('POST', `/accounts/${shop.id}/domains`, { domain: DOMAIN });
  const settings = {
    issuer: provider.issuer,
    clientId: 'sms',
    clientSecret: 'secret-of-sms',
    roleClaim: 'groups',
    roles: { chat: 'agent', chiefs: 'owner' },
    defaultRole: null,
    required: false,
    ...options.change,
  };
  const set = options.installation ? await api.asOperator('PUT', '/sign-on', settings) : await owner('PUT', '/sign-on', settings);
  expect([set.status, set.body.redirectUri]).toEqual([200, `${BACK}${set.body.provider.id}`]);
  provider.register(set.body.redirectUri);

  const begin = async (email: string) => {
    const begun = await api.call('POST', '/v1/session/single-sign-on', { body: { email }, headers: WITH_HEADER });
    expect(begun.status).toBe(200);
    return { url: String(begun.body.url), cookie: cookieOf(begun.headers) };
  };
  const come = (back: URL, cookie: string) => api.call('GET', back.pathname + back.search, { headers: { cookie } });
  /** The whole way of a person; answers where it led and their session. */
  async function enter(person: Vouched) {
    provider.state.person = person;
    const { url, cookie } = await begin(person.email);
    const answer = await come(await provider.signIn(url), cookie);
    const session =
      answer.headers
        .getSetCookie()
        .find((set) => set.startsWith('aller_retour='))
        ?.split(';')[0] ?? '';
    return { to: answer.headers.get('location'), status: answer.status, as: as(session) };
  }
  const running = stack.move();
  const site = { api, shop, password, signed, as, owner };
  return { ...site, settings, txt, provider, begin, come, enter, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
const refused = (why: string) => ({ status: 302, to: `/?refused=sign-on-${why}` });

test('a first sign-in makes the person with their claim’s role; a later one follows the claim', async () => {
  await using site = await withProvider();
  const { api, enter, begin } = site;
  const { url } = await begin(ANNE.email);
  const asked = new URL(url).searchParams;
  expect(asked.get('redirect_uri')).toMatch(new RegExp(`^${BACK}[0-9a-f-]{36}$`));
  expect([asked.get('code_challenge_method'), asked.get('response_type'), asked.get('login_hint')]).toEqual([
    'S256',
    'code',
    ANNE.email,
  ]);
  for (const drawn of ['state', 'nonce', 'code_challenge']) expect(asked.get(drawn)).toMatch(/^[\w-]{43}$/);

  const first = await enter(ANNE);
  expect(first).toMatchObject({ status: 302, to: '/' });
  const who = (await first.as('GET', '/session')).body;
  expect(who).toMatchObject({ user: { email: ANNE.email, role: 'agent' }, account: { id: site.shop.id }, mustEnrol: false });
  const later = await enter({ ...ANNE, groups: ['chat', 'chiefs', 'others'] });
  expect((await later.as('GET', '/session')).body.user).toMatchObject({ id: who.user.id, role: 'owner' });
  // Known by the provider's own id of them, whatever their address is by now.
  const married = await enter({ ...ANNE, email: `anne.martin@${DOMAIN}` });
  expect((await married.as('GET', '/session')).body.user.id).toBe(who.user.id);
  expect(await rows(api.db.pool, `select from audit_log where action in ('user.join', 'user.change-role')`)).toHaveLength(3);
  expect(api.lines.join('')).not.toContain('secret-of-sms');
  const [kept] = await rows<{ row: string }>(api.db.pool, 'select p::text as row from identity_providers p');
  expect(kept?.row).not.toContain('secret-of-sms');
});

test('who has no role by claim, an unverified address or one of another domain is not let in', async () => {
  await using site = await withProvider();
  const { enter, provider, begin, come, api } = site;
  expect(await enter({ ...ANNE, groups: ['others'] })).toMatchObject(refused('no-role'));
  expect(await enter({ ...ANNE, email_verified: false })).toMatchObject(refused('unverified'));
  // Begun by the domain of the account, vouched for as somebody else.
  provider.state.person = { ...ANNE, email: 'anne@fleuriste.example' };
  const { url, cookie } = await begin(ANNE.email);
  expect((await come(await provider.signIn(url), cookie)).headers.get('location')).toBe('/?refused=sign-on-domain');
  expect(await rows(api.db.pool, 'select from users where subject is not null')).toEqual([]);
});

test('before a key changes the provider is asked to have the person sign in again', async () => {
  await using site = await withProvider({ change: { roles: { chat: 'owner' } } });
  const anne = await site.enter(ANNE);
  expect((await anne.as('POST', '/keys', { name: 'x' })).status).toBe(201);
  await timePasses(site.api.db, '11 minutes', { sessions: ['confirmed_at'] });
  expect((await anne.as('POST', '/keys', { name: 'x' })).body.code).toBe('password-again');
  const begun = await anne.as('POST', '/session/single-sign-on', { again: true });
  const asked = new URL(begun.body.url).searchParams;
  expect([asked.get('prompt'), asked.get('max_age')]).toEqual(['login', '300']);
});

test('a person of another account is not taken over by a provider that speaks for their domain', async () => {
  await using site = await withProvider();
  const other = await anAccount(site.api, { name: 'Fleuriste' });
  await createOwner(site.api.url, ANNE.email, other.id);
  expect(await site.enter(ANNE)).toMatchObject(refused('elsewhere'));
});

test('a state that is wrong, another browser’s, old or used, and a replayed code open nothing', async () => {
  await using site = await withProvider();
  const { provider, begin, come, api } = site;
  provider.state.person = ANNE;
  const bad = async (back: URL, cookie: string) =>
    expect((await come(back, cookie)).headers.get('location')).toBe('/?refused=sign-on-state');
  const one = await begin(ANNE.email);
  const back = await provider.signIn(one.url);
  const forged = new URL(back);
  forged.searchParams.set('state', 'x'.repeat(43));
  await bad(forged, one.cookie);
  await bad(back, (await begin(ANNE.email)).cookie);
  expect((await come(back, one.cookie)).headers.get('location')).toBe('/');
  await bad(back, one.cookie);

  const two = await begin(ANNE.email);
  await timePasses(api.db, '1 hour', { sign_on_attempts: ['expires_at'] });
  await bad(await provider.signIn(two.url), two.cookie);
  // A code that was used already, brought by a state that is good.
  const three = await begin(ANNE.email);
  await provider.signIn(three.url);
  const replayed = new URL(back);
  replayed.searchParams.set('state', new URL(three.url).searchParams.get('state') ?? '');
  expect((await come(replayed, three.cookie)).headers.get('location')).toBe('/?refused=sign-on-refused');
  expect(await rows(api.db.pool, `select from sessions where via = 'provider'`)).toHaveLength(1);
});

test('an ID token with another nonce, and a code without its verifier, are refused', async () => {
  await using site = await withProvider();
  const { provider, begin, come, api } = site;
  provider.state.person = ANNE;
  for (const column of ['nonce', 'verifier'] as const) {
    const { url, cookie } = await begin(ANNE.email);
    await signOnForged(api.db, column);
    expect((await come(await provider.signIn(url), cookie)).headers.get('location')).toBe('/?refused=sign-on-refused');
  }
  expect(await rows(api.db.pool, `select from sessions where via = 'provider'`)).toEqual([]);
});

test('an issuer on an inner address is not asked, nor keys or tokens placed there', async () => {
  await using site = await withProvider();
  const inner = { ...site.settings, issuer: site.provider.issuer.replace('127.0.0.1', 'localhost') };
  const strict = { ...site.api.services, guardedFetch: allowing([]) };
  const { createApi } = await import('../../api/app.ts');
  const headers = { cookie: cookieOf(site.signed.headers), ...WITH_HEADER, 'content-type': 'application/json' };
  for (const issuer of [site.provider.issuer, inner.issuer, 'http://169.254.169.254/', 'http://[::1]:80/']) {
    const sent = { method: 'PUT', headers, body: JSON.stringify({ ...site.settings, issuer }) };
    const answer = await createApi(strict).request('/v1/sign-on', sent);
    expect([issuer, answer.status]).toEqual([issuer, 400]);
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'issuer-unreadable' }] });
  }
  for (const field of ['jwks_uri', 'token_endpoint']) {
    const metadata = (document: Record<string, unknown>) => ({
      ...document,
      [field]: String(document[field]).replace('127.0.0.1', '127.0.0.2'),
    });
    await using turned = await withProvider({ metadata });
    expect(await turned.enter(ANNE)).toMatchObject(refused('refused'));
  }
});

test('metadata that names another issuer is refused', async () => {
  await using site = await withProvider();
  await using other = await identityProvider((document) => ({ ...document, issuer: 'https://login.example.com' }));
  const answer = await site.owner('PUT', '/sign-on', { ...site.settings, issuer: other.issuer });
  expect(answer.body.errors[0].code).toBe('issuer-unreadable');
});

test('who was removed does not come back by the provider, but by an invitation', async () => {
  await using site = await withProvider();
  const { owner, enter } = site;
  const anne = await enter(ANNE);
  const { user } = (await anne.as('GET', '/session')).body;
  expect((await owner('DELETE', `/users/${user.id}`)).status).toBe(204);
  expect((await anne.as('GET', '/account')).status).toBe(401);
  expect(await enter(ANNE)).toMatchObject(refused('removed'));
  expect((await owner('POST', '/users', { email: ANNE.email, role: 'viewer' })).status).toBe(201);
  expect(await enter({ ...ANNE, groups: [] })).toMatchObject({ status: 302, to: '/' });
});

test('where a provider is required passwords open for owners alone, a forgotten one too', async () => {
  await using site = await withProvider();
  const { owner, api, settings, password } = site;
  await invited(Object.assign(site), 'agent');
  await owner('PUT', '/sign-on', { ...settings, required: true });
  const agent = await signIn(api, { email: `agent@${DOMAIN}`, password: PASSWORD });
  expect([agent.status, agent.body.detail]).toEqual([401, 'Sign in by your provider: here a password is for owners alone.']);
  expect((await signIn(api, { email: OWNER, password })).status).toBe(200);
  const { token } = (await owner('POST', '/users', { email: `new@${DOMAIN}`, role: 'agent' })).body;
  const accepted = await api.call('POST', '/v1/session/invitation', {
    body: { token, password: PASSWORD },
    headers: WITH_HEADER,
  });
  expect(accepted.status).toBe(401);
});

test('a domain is an account’s after a TXT record or an operator’s word, and then nobody else’s', async () => {
  await using site = await withProvider();
  const { api, txt } = site;
  const florist = await anAccount(api, { name: 'Fleuriste' });
  const [claimed] = (await florist.call('POST', '/sign-on/domains', { domain: 'Fleuriste.example' })).body.domains;
  expect(claimed).toMatchObject({ domain: 'fleuriste.example', provedAt: null });
  const check = (id: string) => florist.call('POST', `/sign-on/domains/${id}/check`);
  expect((await check(claimed.id)).status).toBe(409);
  txt.set(claimed.record.name, ['v=spf1 -all', claimed.record.value]);
  expect((await check(claimed.id)).body.domains[0].provedBy).toBe('dns');
  expect((await check(newId())).status).toBe(404);

  const { domains } = (await florist.call('POST', '/sign-on/domains', { domain: DOMAIN })).body;
  const taken = domains.find(({ domain }: { domain: string }) => domain === DOMAIN);
  txt.set(taken.record.name, [taken.record.value]);
  expect((await check(taken.id)).status).toBe(409);
  expect((await api.asOperator('POST', `/accounts/${florist.id}/domains`, { domain: DOMAIN })).status).toBe(409);
});

test('the installation’s provider makes operators by claim, and people by their domain', async () => {
  await using site = await withProvider({
    installation: true,
    change: { roles: { ops: 'operator', chat: 'viewer' } },
  });
  const ops = await site.enter({ sub: 'ops-1', email: 'ops@operator.example', email_verified: true, groups: ['ops'] });
  expect((await ops.as('GET', '/operator/accounts')).status).toBe(200);
  const anne = await site.enter(ANNE);
  expect((await anne.as('GET', '/session')).body).toMatchObject({ user: { role: 'viewer' }, account: { id: site.shop.id } });
  expect(await site.enter({ ...ANNE, sub: 'x', email: 'x@elsewhere.example' })).toMatchObject(refused('domain'));
  // An owner gives no operators.
  const asked = { ...site.settings, roles: { ops: 'operator' } };
  expect((await site.owner('PUT', '/sign-on', asked)).body.code).toBe('invalid-request');
});
