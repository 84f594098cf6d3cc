import { expect, test } from 'vitest';
import { createForgetting, type ForgetPosition } from '../../activities/contacts/apply-retention.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, type TestApi } from '../fixtures/api.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { cookieOf, invited, OWNER, signIn, withOwner } from '../fixtures/console/signed-in.ts';
import { holding } from '../fixtures/holding.ts';
import { furnish } from '../security/every-route.ts';
import { timePasses } from '../fixtures/states/time.ts';

const NAME = 'Boulangerie';
const DAY_MS = 86_400_000;

/** The nightly work, a page at a time, as a run that is interrupted does it. */
async function night({ db, services }: TestApi): Promise<void> {
  const { forget } = createForgetting({ pool: db.pool, log: services.log, hashPhone: services.hashPhone });
  let at: ForgetPosition | null = null;
  do at = await forget(at, 0);
  while (at);
}
const graceIsOver = ({ db }: TestApi, id: string) => timePasses(db, '31 days', { accounts: ['erase_at'] }, { id });

test('an owner closes the account by its name and the password, and can take that back', async () => {
  await using site = await withOwner();
  const { api, shop, owner } = site;
  const viewer = await invited(site, 'viewer');
  const other = await anAccount(api, { name: 'another' });
  await shop.call('PATCH', '/account', { octopushLogin: 'me@example.com' });
  const close = (name: string) => owner('POST', '/account/close', { name });

  expect((await shop.call('POST', '/account/close', { name: NAME })).status).toBe(409);
  expect((await viewer('POST', '/account/close', { name: NAME })).status).toBe(403);
  expect((await close('Boulange')).body.errors[0].code).toBe('account-name');
  await timePasses(api.db, '11 minutes', { sessions: ['confirmed_at'] });
  expect((await close(NAME)).body.code).toBe('password-again');
  await timePasses(api.db, '-11 minutes', { sessions: ['confirmed_at'] });
  const { body } = await close(NAME);
  expect(Date.parse(body.closing.eraseAt) - Date.parse(body.closing.closedAt)).toBe(30 * DAY_MS);
  expect(body.closing.erasedAt).toBe(null);
  expect((await close(NAME)).status).toBe(403);

  for (const [method, path] of [
    ['GET', '/account'],
    ['GET', '/replies'],
    ['POST', '/campaigns'],
  ] as const)
    expect([path, (await shop.call(method, path)).body.code]).toEqual([path, 'forbidden']);
  const headers = { 'api-login': 'me@example.com', 'api-key': shop.key };
  expect((await api.call('GET', '/v1/public/wallet/check-balance', { headers })).body.code).toBe(207);
  expect((await owner('GET', '/replies')).status).toBe(200);
  for (const [method, path] of [
    ['PATCH', '/policies'],
    ['POST', '/messages'],
    ['POST', '/users'],
  ] as const)
    expect([path, (await owner(method, path, {})).status]).toEqual([path, 403]);
  expect((await owner('GET', '/session')).body.account.eraseAt).toBe(body.closing.eraseAt);
  const again = site.as(cookieOf((await signIn(api, { email: OWNER, password: site.password })).headers));
  expect((await viewer('POST', '/account/reopen')).status).toBe(403);
  expect((await again('POST', '/account/reopen')).body.closing).toBe(null);
  expect((await again('POST', '/account/reopen')).status).toBe(409);
  expect((await shop.call('GET', '/account')).status).toBe(200);
  expect((await other.call('GET', '/account')).body.closing).toBe(null);
  const mails = await rows<{ kind: string }>(api.db.pool, `select kind from notices where kind like 'account-%' order by id`);
  expect(mails.map(({ kind }) => kind)).toEqual(['account-closed', 'account-closed', 'account-reopened', 'account-reopened']);
  const acts = await rows(
    api.db.pool,
    `select action, target from audit_log where action in ('account.close', 'account.reopen')`,
  );
  const target = `account ${shop.id}`;
  expect(acts).toEqual([
    { action: 'account.close', target },
    { action: 'account.reopen', target },
  ]);
});

test('an operator closes and reopens an account; meanwhile nothing goes, and replies are filed', async () => {
  await using app = await startApp();
  const campaign = await app.campaign([{ to: phone(1) }, { to: phone(2) }]);
  await app.ended(campaign);
  const operator = async (path: string, body?: object) => {
    const headers = { authorization: `Bearer ${app.operatorKey}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${app.url}/v1/operator/accounts/${app.accountId}${path}`, { method: 'POST', headers, ...sent });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const { name } = await app.account.get('/v1/account');
  const sendAt = new Date(Date.now() + 2500).toISOString();
  await app.account.send('POST', '/v1/messages', { to: phone(3), route: 'premium', sender: 'Boutique', text: 'Bonjour', sendAt });
  expect((await operator('/close', { name: 'another' })).status).toBe(400);
  expect((await operator('/close', { name })).body.closing.erasedAt).toBe(null);
  await until('what came due is left out', async () => {
    const [found] = await app.rows('select state, reason from messages where to_number = $1', [phone(3)]);
    return found?.['state'] === 'skipped' && found['reason'] === 'account-closed';
  });
  await app.world.phones.reply(phone(1), 'OUI');
  await until(
    'the reply is filed',
    async () => (await app.rows(`select 1 from replies where text = 'OUI' and filed_at is not null`))[0],
  );
  expect((await operator('/reopen')).body.closing).toBe(null);
  expect((await app.replies()).map(({ text }) => text)).toEqual(['OUI']);
  expect(app.world.phones.received.filter(({ to }) => to === phone(3))).toEqual([]);
}, 60_000);

test('after the grace the night erases the account; counts, charges, hashes and audit log stay', async () => {
  await using site = await withOwner();
  const { api, shop, owner } = site;
  const { pool } = api.db;
  await carriers(api);
  const other = await anAccount(api, { name: 'mark-of-two' });
  await furnish(api, shop, 'mark-of-one');
  await furnish(api, other, 'mark-of-two');
  await shop.call('PATCH', '/account', { octopushLogin: 'login-of-one' });
  const elsewhere = await holding(api, ['mark-of-two']);
  const count = async (table: string) => (await rows(pool, `select 1 from ${table} where account_id = $1`, [shop.id])).length;
  const counted = ['campaigns', 'messages', 'replies', 'deliveries', 'events', 'opt_outs', 'callback_endpoints', 'api_keys'];
  const before = await Promise.all(counted.map(count));
  await owner('POST', '/account/close', { name: NAME });
  await night(api);
  expect(await holding(api, ['mark-of-one'])).not.toEqual([]);

  await graceIsOver(api, shop.id);
  expect((await owner('POST', '/account/reopen')).status).toBe(409);
  await night(api);
  // The name that this test gave a run.
  expect(await holding(api, ['mark-of-one', NAME, OWNER, 'login-of-one'])).toEqual(['deliveries']);
  expect(await Promise.all(counted.map(count))).toEqual(before);
  const numbers = `select to_number as phone from messages where account_id = $1 union select from_number from replies where account_id = $1
    union select phone from opt_outs where account_id = $1`;
  const phones = await rows<{ phone: string }>(pool, numbers, [shop.id]);
  expect(phones.map(({ phone }) => phone).filter((each) => each !== 'erased' && !each.startsWith('#'))).toEqual([]);
  expect(
    await rows(pool, `select 1 from messages where account_id = $1 and state in ('queued', 'submitting')`, [shop.id]),
  ).toEqual([]);
  expect(await holding(api, ['mark-of-two'])).toEqual(elsewhere);

  expect((await signIn(api, { email: OWNER, password: site.password })).status).toBe(401);
  const shown = (await api.asOperator('GET', `/accounts/${shop.id}`)).body;
  expect(shown).toMatchObject({ name: 'erased', closing: { erasedAt: expect.any(String) } });
  expect((await api.asOperator('POST', `/accounts/${shop.id}/reopen`)).status).toBe(409);
  const noted = (await api.asOperator('GET', `/audit?account=${shop.id}&action=account.erase`)).body.items;
  expect(noted).toHaveLength(1);
  await night(api);
  expect((await api.asOperator('GET', `/audit?account=${shop.id}&action=account.erase`)).body.items).toHaveLength(1);
});
