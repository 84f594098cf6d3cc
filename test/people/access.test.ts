import { TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { newToken } from '../../database/people/session.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { cookieOf, invited, OWNER, PASSWORD, signIn, WITH_HEADER, withOwner } from '../fixtures/console/signed-in.ts';
import { anInvitation } from '../fixtures/states/people.ts';

type Site = Awaited<ReturnType<typeof withOwner>>;
type Caller = Site['owner'];
const NEXT = 'une autre longue phrase';

/**
 * Switches an authenticator on; answers its recovery codes, and the digits of that many steps from now. Later digits are those of a
 * step to come: they are used once only, and a step that ends meanwhile is taken still.
 */
async function enrol(as: Caller): Promise<{ codes: string[]; digits: (steps: number) => string }> {
  const { secret } = (await as('POST', '/session/totp')).body;
  const digits = (steps: number) => new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
  const { body } = await as('PUT', '/session/totp', { code: digits(0) });
  expect(body.session.user).toMatchObject({ totp: true, recoveryCodes: 10 });
  return { codes: body.recoveryCodes, digits };
}
const told = (site: Site) =>
  rows<{ address: string; kind: string; locale: string; data: Record<string, unknown> }>(
    site.api.db.pool,
    // What is told of setting one up has its own test.
    `select address, kind, locale, data from notices where kind <> 'authenticator-added' order by created_at, id`,
  );
/** What the audit log says was done to people, in its order. */
const acts = async (site: Site) =>
  (
    await rows<{ action: string }>(
      site.api.db.pool,
      `select action from audit_log where action like 'user.%' and action not like 'user.authenticator-%' order by at, id`,
    )
  ).map(({ action }) => action);
/** A link as the mail brings it. */
async function aLink({ api }: Site, email: string, held = '1 hour'): Promise<string> {
  const { token, hash } = newToken();
  await anInvitation(api.db, email, hash, held);
  return token;
}
const choose = ({ api }: Site, body: object) => api.call('POST', '/v1/session/invitation', { body, headers: WITH_HEADER });
const forgotten = ({ api }: Site, email: string) =>
  api.call('POST', '/v1/session/forgotten-password', { body: { email, locale: 'en' }, headers: WITH_HEADER });

test('each of ten recovery codes opens once in place of the six digits, and none is kept', async () => {
  await using site = await withOwner();
  const { api, owner, password } = site;
  const { codes } = await enrol(owner);
  expect([codes.length, new Set(codes).size]).toEqual([10, 10]);
  const [first = '', second = ''] = codes;
  // As somebody copies it by hand.
  const typed = ` ${first.toUpperCase().replaceAll('-', ' ')} `;
  const both = await Promise.all([1, 2].map(() => signIn(api, { email: OWNER, password, code: typed })));
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  expect((await signIn(api, { email: OWNER, password: 'wrong', code: second })).status).toBe(401);
  expect((await owner('GET', '/session')).body.user.recoveryCodes).toBe(9);
  const kept = await rows<{ row: string }>(api.db.pool, 'select r::text as row from recovery_codes r');
  for (const code of codes) {
    expect(kept.map(({ row }) => row).join()).not.toContain(code.replaceAll('-', ''));
    expect(api.lines.join('')).not.toContain(code);
  }

  expect((await owner('POST', '/session/totp/recovery-codes', { password: 'wrong' })).body.code).toBe('wrong-password');
  const anew: string[] = (await owner('POST', '/session/totp/recovery-codes', { password })).body.recoveryCodes;
  expect((await owner('GET', '/session')).body.user.recoveryCodes).toBe(10);
  expect((await signIn(api, { email: OWNER, password, code: second })).status).toBe(401);
  expect((await signIn(api, { email: OWNER, password, code: anew[0] })).status).toBe(200);
  await owner('POST', '/session/totp/remove', { password });
  expect(await rows(api.db.pool, 'select 1 from recovery_codes')).toEqual([]);
});

test('recovery codes are guessed no faster than digits: the eleventh try waits', async () => {
  await using site = await withOwner();
  await enrol(site.owner);
  const guess = () => signIn(site.api, { email: OWNER, password: site.password, code: '0000-0000-0000-0000' });
  const tries = await Promise.all(Array.from({ length: 12 }, guess));
  expect(tries.filter(({ status }) => status === 429)).toHaveLength(2);
});

test('an owner lifts a colleague’s authenticator, who is told; not their own, nor another’s', async () => {
  await using site = await withOwner();
  const { api, owner, signed, shop } = site;
  const agent = await invited(site, 'agent');
  const viewer = await invited(site, 'viewer');
  await enrol(agent);
  await enrol(owner);
  const agentId: string = (await agent('GET', '/session')).body.user.id;
  const ownerId: string = signed.body.user.id;
  const lift = (as: Caller, id: string) => as('POST', `/users/${id}/totp/remove`);
  const other = await anAccount(api, { name: 'Fleuriste' });
  expect((await other.call('POST', `/users/${agentId}/totp/remove`)).status).toBe(404);
  // Nobody's key, no other role, nor one's own.
  expect((await shop.call('POST', `/users/${agentId}/totp/remove`)).status).toBe(409);
  for (const as of [agent, viewer]) expect((await lift(as, agentId)).status).toBe(403);
  expect((await lift(owner, ownerId)).status).toBe(409);
  expect((await agent('GET', '/session')).body.user.totp).toBe(true);

  expect((await lift(owner, agentId)).body).toMatchObject({ email: 'agent@boulangerie.example', totp: false });
  expect((await agent('GET', '/session')).status).toBe(401);
  expect((await signIn(api, { email: 'agent@boulangerie.example', password: PASSWORD })).status).toBe(200);
  expect(await told(site)).toMatchObject([
    { address: 'agent@boulangerie.example', kind: 'authenticator-lifted', locale: 'fr', data: { by: OWNER } },
  ]);
  const noted = await rows(api.db.pool, `select actor, target from audit_log where action = 'user.lift-authenticator'`);
  expect(noted).toEqual([{ actor: `user ${ownerId}`, target: `user ${agentId}` }]);
  expect((await lift(owner, agentId)).status).toBe(409);

  // An owner's is lifted by an operator, who leaves the others to the owner.
  await enrol(site.as(cookieOf((await signIn(api, { email: 'agent@boulangerie.example', password: PASSWORD })).headers)));
  expect((await api.asOperator('POST', `/users/${agentId}/totp/remove`)).status).toBe(409);
  expect((await api.asOperator('POST', `/users/${ownerId}/totp/remove`)).body.totp).toBe(false);
  const seen: { email: string; totp: boolean }[] = (await api.asOperator('GET', `/accounts/${shop.id}/users`)).body.items;
  expect(seen.map(({ email, totp }) => [email, totp])).toEqual([
    [OWNER, false],
    ['agent@boulangerie.example', true],
    ['viewer@boulangerie.example', false],
  ]);
  expect((await told(site)).at(-1)).toMatchObject({ address: OWNER, data: { by: null } });
});

test('a password is changed by who knows it: the other sessions end, and its owner is told', async () => {
  await using site = await withOwner();
  const { api, owner, password } = site;
  const elsewhere = site.as(cookieOf((await signIn(api, { email: OWNER, password })).headers));
  const change = (current: string, next: string) => owner('PUT', '/session/password', { current, password: next });
  expect((await change('wrong', NEXT)).body.code).toBe('wrong-password');
  // The second one is hard to guess, and too short all the same.
  for (const short of ['court', 'xK9#vQ2!mZp']) expect((await change(password, short)).body.code).toBe('invalid-request');
  expect((await elsewhere('GET', '/session')).status).toBe(200);
  expect((await change(password, NEXT)).body.user.email).toBe(OWNER);
  expect((await elsewhere('GET', '/session')).status).toBe(401);
  expect((await owner('GET', '/session')).status).toBe(200);
  expect((await signIn(api, { email: OWNER, password })).status).toBe(401);
  expect((await signIn(api, { email: OWNER, password: NEXT })).status).toBe(200);
  expect(await told(site)).toMatchObject([{ address: OWNER, kind: 'password-changed', locale: 'fr' }]);
  expect(await acts(site)).toEqual(['user.change-password']);
  expect(api.lines.join('')).not.toContain(NEXT);
});

test('a forgotten password is answered alike for any address, and asked for so often only', async () => {
  await using site = await withOwner();
  await site.owner('POST', '/users', { email: 'pas-encore@boulangerie.example', role: 'agent' });
  for (const email of [OWNER, 'nobody@example.com', 'pas-encore@boulangerie.example']) {
    const { status, text } = await forgotten(site, email);
    expect([status, text]).toEqual([204, '']);
  }
  // In the language of who asked; who has no password yet has an invitation.
  expect(await told(site)).toMatchObject([{ address: OWNER, kind: 'password-forgotten', locale: 'en', data: { open: null } }]);
  for (const email of [OWNER, 'nobody@example.com']) {
    const again = await Promise.all(Array.from({ length: 6 }, () => forgotten(site, email)));
    expect(again.filter(({ status }) => status === 429)).toHaveLength(2);
  }
  expect((await signIn(site.api, { email: OWNER, password: site.password })).status).toBe(200);
});

test('where nobody said where the installation is reached, no link is promised', async () => {
  await using api = await startApi({ publicUrl: null });
  const sent = { body: { email: OWNER, locale: 'fr' }, headers: WITH_HEADER };
  expect((await api.call('POST', '/v1/session/forgotten-password', sent)).body.code).toBe('no-mail');
});

test('a forgotten password’s link opens once in its hour, ends sessions, and asks for the code', async () => {
  await using site = await withOwner();
  const { api, owner, password } = site;
  const { codes, digits } = await enrol(owner);
  const [token, another, late] = [await aLink(site, OWNER), await aLink(site, OWNER), await aLink(site, OWNER, '-1 second')];
  expect((await choose(site, { token: late, password: NEXT, code: digits(1) })).body.code).toBe('sign-in-failed');
  expect((await choose(site, { token, password: NEXT })).body.code).toBe('code-required');
  expect((await choose(site, { token, password: NEXT, code: '000000' })).body.code).toBe('sign-in-failed');
  expect((await signIn(api, { email: OWNER, password, code: digits(1) })).status).toBe(200);

  const chosen = await choose(site, { token, password: NEXT, code: codes[0] });
  expect(chosen.body.user).toMatchObject({ email: OWNER, totp: true, recoveryCodes: 9 });
  expect((await site.as(cookieOf(chosen.headers))('GET', '/account')).status).toBe(200);
  expect((await owner('GET', '/session')).status).toBe(401);
  for (const used of [token, another])
    expect((await choose(site, { token: used, password: NEXT, code: codes[1] })).body.code).toBe('sign-in-failed');
  expect((await signIn(api, { email: OWNER, password: NEXT, code: codes[1] })).status).toBe(200);
  expect(await told(site)).toMatchObject([{ address: OWNER, kind: 'password-changed' }]);
  expect(await acts(site)).toEqual(['user.reset-password']);
});
