import { expect, test } from 'vitest';
import { newId } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi, type Answer, type TestApi } from '../fixtures/api.ts';
import { bodyOf, filters, furnish, operations, pathFor, type Ids, type Operation } from '../security/every-route.ts';

/** Every row of every table that names the account. */
async function snapshot({ db }: TestApi, accountId: string): Promise<Record<string, unknown[]>> {
  const tables = await rows<{ name: string }>(
    db.pool,
    `select table_name as name from information_schema.columns where column_name = 'account_id' and table_schema = 'public' order by 1`,
  );
  const found: Record<string, unknown[]> = { accounts: await rows(db.pool, 'select * from accounts where id = $1', [accountId]) };
  for (const { name } of tables)
    found[name] = await rows(db.pool, `select * from ${name} t where account_id = $1 order by t::text`, [accountId]);
  return found;
}

test('two accounts never see or touch each other, on every route of the document', async () => {
  // With one connection: a request that waits for a second while it holds the first would end as an error.
  await using api = await startApi({}, { connections: 1 });
  await carriers(api);
  const [one, two] = [await anAccount(api, { name: 'mark-of-one' }), await anAccount(api, { name: 'mark-of-two' })];
  const ids = await furnish(api, one, 'mark-of-one');
  const others = ['mark-of-two', two.id, ...Object.values(await furnish(api, two, 'mark-of-two'))];
  const secret = [one.id, one.keyId, 'mark-of-one', ...Object.values(ids)];
  const before = await snapshot(api, one.id);
  const routes = (await operations(api)).filter(
    // A workbook is packed: its own test looks into it.
    ({ path }) => path.startsWith('/v1/') && !/^\/v1\/(?:operator|session|replies\.xlsx)/.test(path),
  );
  expect(routes.length).toBeGreaterThan(25);
  const nothing = Object.fromEntries(Object.keys(ids).map((name) => [name, newId()]));
  const noIds: Ids = { ...ids, ...nothing };

  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    const call = (whose: Ids, query = '') =>
      api.call(route.method, pathFor(route, whose) + query, { key: two.key, ...bodyOf(route) });
    const foreign = await call(ids);
    const leaked = secret.filter((value) => foreign.text.includes(value));
    expect({ name, leaked, found: foreign.status !== 404 }).toEqual({ name, leaked: [], found: !route.hasId });
    // What is another's and what does not exist are answered alike.
    const none = await call(noIds);
    expect({ name, answer: withoutRequest(foreign, route) }).toEqual({ name, answer: withoutRequest(none, route) });
    for (const filter of route.idFilters) {
      const thing = filters[filter];
      if (!thing) throw new Error(`Say in this test whose id the query ${filter} of ${route.path} takes`);
      const { status, body, text } = await call(ids, `?${filter}=${ids[thing]}`);
      // A file has its names in the first line.
      const items: unknown = body ? body.items : text.trim().split('\r\n').slice(1);
      expect({ name, filter, status, items }).toEqual({ name, filter, status: 200, items: [] });
    }
  }
  expect(await snapshot(api, one.id)).toEqual(before);

  // The same calls by the owner find what they name, and nothing of the other's, who wrote to the same phone.
  for (const route of routes) {
    const own = await api.call(route.method, pathFor(route, ids), { key: one.key, ...bodyOf(route) });
    const name = `${route.method} ${route.path}`;
    const shown = route.method !== 'GET' || UNMARKED.has(route.path) || secret.some((value) => own.text.includes(value));
    const leaked = others.filter((value) => own.text.includes(value));
    expect({ name, shown, leaked, refused: own.status >= 400 && own.status !== 409 }).toEqual({
      name,
      shown: true,
      leaked: [],
      refused: false,
    });
  }
});

/** What shows nothing of the account: policies and limits are what anyone may have chosen, offers are for everybody. */
const UNMARKED = new Set([
  '/v1/out-of-hours',
  '/v1/policies',
  '/v1/sign-in-policy',
  '/v1/usage',
  '/v1/spend-limits',
  '/v1/brands',
  '/v1/numbers/offers',
  '/v1/countries',
  '/v1/simulation',
]);

/** A refusal but for its request's id; what was done for a caller differs each time. */
const withoutRequest = ({ status, body }: Answer, { hasId }: Operation): unknown =>
  hasId ? { status, ...body, requestId: null } : null;

test('no route opens without a key, nor with a key of the wrong kind', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  // A session is what opens; its own test says what it asks for.
  const routes = (await operations(api)).filter(({ path }) => path.startsWith('/v1/') && !path.startsWith('/v1/session'));
  for (const { method, path } of routes) {
    const address = path.replace('{id}', newId());
    const wrong = path.startsWith('/v1/operator/') ? shop.key : api.operatorKey;
    const [without, other] = [await api.call(method, address), await api.call(method, address, { key: wrong })];
    expect([method, path, without.status, other.status]).toEqual([method, path, 401, 403]);
  }
  const open = (await operations(api)).filter(({ path }) => !path.startsWith('/v1/')).map(({ path }) => path);
  expect(open.toSorted()).toEqual(['/health', '/ready']);
});
