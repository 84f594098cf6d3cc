import { TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { createOperator, createOwner, setPassword } from '../../cli/admin.ts';
import { SCOPES, scopesFor } from '../../domain/people/key-scopes.ts';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, type Answer, type Sent } from '../fixtures/api.ts';
import { cookieOf, invited, signIn, WITH_HEADER, withOwner } from '../fixtures/console/signed-in.ts';
import { bodyOf, furnish, operations, pathFor, type Ids, type Operation } from './every-route.ts';

const wordOf = (path: string): string => path.split('/')[2] ?? '';
const isOperators = ({ path }: Operation): boolean => path.startsWith('/v1/operator/');
const reads = ({ method }: Operation): boolean => method === 'GET';

/** What each role of an account may call, said here a second time. A new role is a line here, or the matrix fails. */
const ROLES: Record<string, (operation: Operation) => boolean> = {
  owner: () => true,
  viewer: (it) => (reads(it) && !/^audit(?:\.|$)/.test(wordOf(it.path))) || /^(?:reply|inbox)-views$/.test(wordOf(it.path)),
  'agent-restricted': (it) =>
    reads(it)
      ? /^(?:conversations|inbox-views|canned-answers|account)$/.test(wordOf(it.path))
      : /^(?:conversations|inbox-views)$/.test(wordOf(it.path)) && it.path !== '/v1/conversations',
  agent: (it) =>
    (reads(it)
      ? /^(?:conversations|inbox-views|canned-answers|account|replies)$/
      : /^(?:conversations|inbox-views|canned-answers)$/
    ).test(wordOf(it.path)),
};

type Caller = {
  name: string;
  sent: Sent;
  /** The answer to who may not: 401 or 403; null to who may. */
  refused: (operation: Operation) => 401 | 403 | null;
  /** Whose things the routes with an id name. */
  ownsThem: boolean;
};

/** Every caller there is, of the account that has everything, of another one, and of none. */
async function everybody() {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await withOwner());
  const { api, shop } = site;
  await carriers(api);
  const ids = await furnish(api, shop, 'mark-of-one');
  const session = (cookie: string): Sent => ({ headers: { cookie, ...WITH_HEADER } });
  const own = (may: (operation: Operation) => boolean) => (it: Operation) => (!isOperators(it) && may(it) ? null : 403);
  const callers: Caller[] = [
    { name: 'nobody', sent: {}, refused: () => 401, ownsThem: false },
    { name: 'an unknown key', sent: { key: `ar_${'A'.repeat(43)}` }, refused: () => 401, ownsThem: false },
    { name: 'the key of the account', sent: { key: shop.key }, refused: own(() => true), ownsThem: true },
  ];
  for (const scope of SCOPES) {
    const { key } = (await shop.call('POST', '/keys', { name: scope, scopes: [scope] })).body;
    const refused = own(({ method, path }) => scopesFor(method, path).includes(scope));
    callers.push({ name: `a key with the scope ${scope}`, sent: { key }, refused, ownsThem: true });
  }
  const people: Record<string, Sent> = { owner: session(cookieOf(site.signed.headers)) };
  for (const role of Object.keys(ROLES).filter((each) => each !== 'owner')) {
    let cookie = '';
    await invited({ ...site, as: (found: string) => site.as((cookie = found)) }, role);
    people[role] = session(cookie);
  }
  for (const [role, may] of Object.entries(ROLES))
    callers.push({ name: `a session of a ${role}`, sent: people[role] ?? {}, refused: own(may), ownsThem: true });

  const other = await anAccount(api, { name: 'another' });
  callers.push({ name: 'the key of another account', sent: { key: other.key }, refused: own(() => true), ownsThem: false });
  const old = await anAccount(api, { name: 'old', createdAt: '2019-01-01T00:00:00Z' });
  await createOwner(api.url, 'old@example.com', old.id);
  const signedOld = await signIn(api, { email: 'old@example.com', password: await setPassword(api.url, 'old@example.com') });
  expect(signedOld.body.account.platform).toBe('v0');
  const cookie = cookieOf(signedOld.headers);
  callers.push({ name: 'a session of a V0 account', sent: session(cookie), refused: own(() => true), ownsThem: false });

  const operators = (it: Operation) => (isOperators(it) ? null : 403);
  callers.push({ name: "an operator's key", sent: { key: api.operatorKey }, refused: operators, ownsThem: false });
  for (const factor of [false, true]) {
    const email = `operator-${factor}@example.com`;
    await createOperator(api.url, email);
    const sent = session(cookieOf((await signIn(api, { email, password: await setPassword(api.url, email) })).headers));
    if (factor) {
      const { secret } = (await api.call('POST', '/v1/session/totp', sent)).body;
      const code = new TOTP({ secret }).generate();
      const { status } = await api.call('PUT', '/v1/session/totp', { ...sent, body: { code } });
      if (status !== 200) throw new Error(`The factor was not taken: ${status}`);
    }
    callers.push({
      name: `a session of an operator ${factor ? 'with' : 'without'} a factor`,
      sent,
      refused: operators,
      ownsThem: false,
    });
  }
  const running = stack.move();
  return { site, ids, callers, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const idsLike = (ids: Ids): Ids => {
  const none = Object.fromEntries(Object.keys(ids).map((name) => [name, newId()]));
  return { ...ids, ...none };
};
/** Operators' routes name carriers, accounts and the like: none of those that are asked for here is there. */
const placeOf = (operation: Operation, ids: Ids): string =>
  isOperators(operation) ? operation.path.replace('{id}', newId()) : pathFor(operation, ids);
const told = ({ status, body }: Answer): unknown => ({ status, ...body, requestId: null });

test('every route, called by everybody: 401, 403 or let in as told, never 5xx; another’s is 404', async () => {
  await using it = await everybody();
  const { api } = it.site;
  const routes = (await operations(api)).filter(({ path }) => path.startsWith('/v1/') && !path.startsWith('/v1/session'));
  let calls = 0;
  const wrong: object[] = [];
  // Who may change something comes last, so that there is something to be seen until then.
  for (const { name, sent, refused, ownsThem } of it.callers.toSorted((a, b) => Number(a.ownsThem) - Number(b.ownsThem))) {
    for (const route of routes) {
      const body: Sent = isOperators(route) ? (reads(route) ? {} : { body: {} }) : bodyOf(route);
      const call = (ids: Ids) =>
        api.call(route.method, placeOf(route, ids), { ...sent, ...body, headers: { ...sent.headers, ...body.headers } });
      const answer = await call(it.ids);
      calls++;
      const expected = refused(route);
      const shut = answer.status === 401 || (answer.status === 403 && answer.body.code === 'forbidden');
      const line = { caller: name, route: `${route.method} ${route.path}`, status: answer.status };
      if (expected === null ? shut || answer.status >= 500 : answer.status !== expected) wrong.push({ ...line, expected });
      if (expected === null && !ownsThem && !isOperators(route)) {
        if (answer.text.includes('mark-of-one')) wrong.push({ ...line, leaked: true });
        if (route.hasId) {
          const none = await call(idsLike(it.ids));
          calls++;
          if (answer.status !== 404 || JSON.stringify(told(answer)) !== JSON.stringify(told(none)))
            wrong.push({ ...line, none: none.status });
        }
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(calls).toBeGreaterThan(routes.length * it.callers.length);
  expect(await rows(api.db.pool, `select from accounts`)).toHaveLength(3);
}, 300_000);

test('an answer that is kept under an idempotency key is given to its own account only', async () => {
  await using it = await everybody();
  const { api, shop } = it.site;
  const other = await anAccount(api);
  const body = { to: '+33612000009', route: 'premium', sender: 'Boutique', text: 'x' };
  const headers = { 'idempotency-key': 'one-and-the-same' };
  const first = await shop.call('POST', '/messages', body, headers);
  const again = await shop.call('POST', '/messages', body, headers);
  const foreign = await other.call('POST', '/messages', body, headers);
  expect([first.status, again.headers.get('idempotent-replayed'), again.text]).toEqual([202, 'true', first.text]);
  expect([foreign.status, foreign.headers.get('idempotent-replayed')]).toEqual([202, null]);
  expect(foreign.body.id).not.toBe(first.body.id);
});
