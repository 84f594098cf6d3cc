import { expect, test } from 'vitest';
import { acting, forgetAudit, recordAudit } from '../../database/people/audit.ts';
import { idAt, newId } from '../../database/ids.ts';
import { patientTransaction, rows } from '../../database/sql.ts';
import { actOf } from '../../api/http/audited.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { listening } from '../fixtures/listening.ts';
import { cookieOf, invited, OWNER, withOwner } from '../fixtures/console/signed-in.ts';
import { auditedDaysAgo } from '../fixtures/states/people.ts';

type Entry = {
  action: string;
  by: { kind: string; id: string; name: string | null };
  object: { kind: string; id: string; name: string | null };
  address: string | null;
};

test('owners read who did what to what, when and from where; names are looked up when it is read', async () => {
  await using site = await withOwner();
  await using server = await listening(site.api.app.fetch);
  const headers = { cookie: cookieOf(site.signed.headers), 'x-requested-with': 'test', 'content-type': 'application/json' };
  const send = async (method: string, path: string, body?: object) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${server.url}/v1${path}`, { method, headers, ...sent });
    const read: ReturnType<typeof JSON.parse> = answer.status === 204 ? null : await answer.json();
    return { status: answer.status, body: read };
  };
  const { id: agent } = (await send('POST', '/users', { email: 'agent@boulangerie.example', role: 'agent' })).body;
  await send('PATCH', `/users/${agent}`, { role: 'viewer' });
  const { id: key } = (await send('POST', '/keys', { name: 'shop' })).body;
  const { id: endpoint } = (await send('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  await send('POST', `/callback-endpoints/${endpoint}/secrets`, {});
  await send('PATCH', '/policies', { quietHours: 'hold' });
  await send('POST', '/contacts/erase', { phone: '+33612345678' });
  await fetch(`${server.url}/v1/replies.csv`, { headers }).then((answer) => answer.text());

  const { items }: { items: (Entry & { at: string })[] } = (await send('GET', '/audit?limit=8')).body;
  const by = { kind: 'user', id: site.signed.body.user.id, name: OWNER };
  expect(items.map(({ action, object }) => [action, object.id, object.name])).toEqual([
    ['reply.export', site.signed.body.account.id, 'Boulangerie'],
    ['contact.erase', site.signed.body.account.id, 'Boulangerie'],
    ['policies.change', site.signed.body.account.id, 'Boulangerie'],
    ['callback-endpoint.secrets', endpoint, null],
    ['callback-endpoint.create', endpoint, null],
    ['key.create', key, 'shop'],
    ['user.change-role', agent, 'agent@boulangerie.example'],
    ['user.create', agent, 'agent@boulangerie.example'],
  ]);
  for (const entry of items) {
    expect(entry).toMatchObject({ by, address: '127.0.0.1' });
    expect(Math.abs(Date.parse(entry.at) - Date.now())).toBeLessThan(30_000);
  }
  // Whoever is removed leaves an id and no name, in the log too.
  await send('DELETE', `/users/${agent}`);
  const { text } = await site.api.call('GET', '/v1/audit.ndjson', { headers });
  expect(text).toContain(agent);
  expect(text).not.toContain('agent@boulangerie.example');
});

test('what is refused leaves no row, and what is done again after a collision leaves one', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const before = (await shop.call('GET', '/audit')).body.items.length;
  expect((await shop.call('PATCH', '/policies', { quietHours: 'never' })).status).toBe(400);
  expect((await shop.call('DELETE', `/keys/${newId()}`)).status).toBe(404);
  expect((await shop.call('DELETE', `/canned-answers/${newId()}`)).status).toBe(404);
  expect((await shop.call('GET', '/audit')).body.items).toHaveLength(before);

  const by = { actor: 'key x', accountId: shop.id, address: () => null, owed: null, noted: false };
  const owed = { action: 'thing.change', target: 'thing x' };
  await acting.run({ ...by, owed }, async () => {
    let tries = 0;
    await patientTransaction(api.db.pool, async (client) => {
      await client.query('select 1');
      if (++tries === 1) throw Object.assign(new Error('deadlock'), { code: '40P01' });
    });
    await expect(
      patientTransaction(api.db.pool, async (client) => {
        await recordAudit(client, { action: 'other.change', target: 'other x' });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
  });
  const actions = (await shop.call('GET', '/audit')).body.items.map(({ action }: Entry) => action);
  expect(actions.slice(0, actions.length - before)).toEqual(['thing.change']);
});

test("a row is written with what it tells of: when it can't be, nothing of it is done", async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { id } = (await shop.call('POST', '/canned-answers', { name: 'n', text: 'x' })).body;
  await rows(api.db.pool, `alter table audit_log add constraint no_more check (action not like 'canned-answer.%') not valid`);
  expect((await shop.call('PUT', `/canned-answers/${id}`, { name: 'other', text: 'x' })).status).toBe(500);
  expect((await shop.call('GET', '/canned-answers')).body.items).toMatchObject([{ name: 'n' }]);
  api.lines.length = 0;
});

test('an operator who looks into an account leaves a row, which its owners read without a name', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await api.asOperator('GET', `/accounts/${shop.id}`);
  await api.asOperator('GET', `/accounts/${shop.id}/users`);
  await api.asOperator('GET', `/prices?account=${shop.id}`);
  await api.asOperator('GET', '/carriers');
  const { items } = (await shop.call('GET', '/audit?action=account.look')).body;
  expect(items.map(({ detail }: { detail: { route: string } }) => detail.route)).toEqual([
    '/v1/operator/prices',
    '/v1/operator/accounts/{id}/users',
    '/v1/operator/accounts/{id}',
  ]);
  expect(items[0]).toMatchObject({ by: { kind: 'operator', name: null }, object: { kind: 'account', id: shop.id } });
  const seen = (await api.asOperator('GET', `/audit?account=${shop.id}&action=account.look`)).body.items;
  expect(seen.at(-1)).toMatchObject({ by: { kind: 'operator', name: 'operator' }, account: shop.id });
});

test('the log is only added to: nobody changes, deletes or empties it, the product least of all', async () => {
  await using api = await startApi();
  await anAccount(api);
  for (const statement of [`update audit_log set actor = 'x'`, 'delete from audit_log', 'truncate audit_log'])
    await expect(rows(api.db.pool, statement)).rejects.toThrow('audit_log is only added to');
  const [owner] = await rows<{ acl: string }>(
    api.db.pool,
    `select (select string_agg(privilege_type, ',' order by privilege_type) from aclexplode(relacl) where grantee = relowner) as acl
     from pg_class where relname = 'audit_log'`,
  );
  expect(owner?.acl).not.toMatch(/UPDATE|DELETE|TRUNCATE/);
  expect(owner?.acl).toMatch(/INSERT.*SELECT/);
});

test('what outlived the log is forgotten by pages, by its owner; nothing under 90 days is', async () => {
  await using api = await startApi();
  await anAccount(api);
  const young = await rows(api.db.pool, 'select id from audit_log order by id');
  for (const days of [600, 500, 397, 395, 100]) await auditedDaysAgo(api.db, days);
  const left = async () =>
    (await rows<{ target: string }>(api.db.pool, `select target from audit_log where action = 'old' order by id`)).map(
      ({ target }) => target,
    );
  // As in production: the owner is nobody whom no grant holds back.
  const owner = `audit_${newId().replaceAll('-', '')}`;
  for (const statement of [
    `create role ${owner}`,
    `alter table audit_log owner to ${owner}`,
    `alter function forget_audit owner to ${owner}`,
  ])
    await rows(api.db.pool, statement);
  await rows(api.db.pool, 'select forget_audit($1, 1)', [idAt(Date.now() - 396 * 86_400_000)]);
  expect(await left()).toEqual(['500', '397', '395', '100']);
  await forgetAudit(api.db.pool, 396);
  expect(await left()).toEqual(['395', '100']);
  // Whatever is asked for.
  await expect(forgetAudit(api.db.pool, 0)).rejects.toThrow('audit_log is only added to');
  expect(await left()).toEqual(['395', '100']);
  expect(await rows(api.db.pool, `select id from audit_log where action <> 'old' order by id`)).toEqual(young);
  const [may] = await rows<{ acl: string }>(api.db.pool, `select relacl::text as acl from pg_class where relname = 'audit_log'`);
  expect(may?.acl).toContain(`${owner}=`);
  expect(may?.acl).not.toMatch(/=[^/]*d[^/]*\//);
  await rows(api.db.pool, `reassign owned by ${owner} to current_user`);
  await rows(api.db.pool, `drop role ${owner}`);
});

test('the log is filtered by person, act, object and time, paged, and exported in two forms', async () => {
  await using api = await startApi();
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) ids.push((await shop.call('POST', '/keys', { name })).body.id);
  const since = new Date().toISOString();
  await shop.call('DELETE', `/keys/${ids[0]}`);
  const list = async (query: string) => (await shop.call('GET', `/audit?${query}`)).body;
  const acts = async (query: string) => (await list(query)).items.map(({ action }: Entry) => action);
  expect(await acts(`person=${shop.keyId}`)).toEqual(['key.revoke', 'key.create', 'key.create', 'key.create']);
  expect(await acts(`person=${other.keyId}`)).toEqual([]);
  expect(await acts('action=key.revoke')).toEqual(['key.revoke']);
  expect(await acts(`action=key&object=${ids[0]}`)).toEqual(['key.revoke', 'key.create']);
  expect(await acts(`since=${encodeURIComponent(since)}`)).toEqual(['key.revoke']);
  expect(await acts(`until=2020-01-01T00:00:00Z`)).toEqual([]);

  const first = await list(`person=${shop.keyId}&limit=3`);
  const rest = await list(`person=${shop.keyId}&limit=3&cursor=${first.nextCursor}`);
  expect([...first.items, ...rest.items].map(({ object }: Entry) => object.name)).toEqual(['a', 'c', 'b', 'a']);
  expect(rest.nextCursor).toBeNull();
  expect((await other.call('GET', `/audit?cursor=${first.nextCursor}`)).status).toBe(400);

  const csv = await shop.call('GET', `/audit.csv?person=${shop.keyId}`);
  const lines = csv.text.trim().split('\r\n');
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  // The export is its own first line.
  expect(lines).toHaveLength(6);
  expect(lines[1]).toContain('audit.export');
  expect(lines[0]).toContain('at,action,byKind,byId,by,objectKind,objectId,object,address,account,detail,id');
  expect(lines[2]).toContain(`key.revoke,key,${shop.keyId},test,key,${ids[0]},a`);
  const { text } = await shop.call('GET', `/audit.ndjson?action=key.create`);
  expect(
    text
      .trim()
      .split('\n')
      .map((line): Entry => JSON.parse(line))
      .map(({ object }) => object.name),
  ).toEqual(['c', 'b', 'a', 'test']);
  // An export of the log is an export.
  expect((await acts('action=audit')).length).toBe(2);
});

test('the log is for owners: agents and viewers are refused, and no account sees another’s', async () => {
  await using site = await withOwner();
  const other = await anAccount(site.api);
  for (const role of ['agent', 'viewer'] as const) {
    const person = await invited(site, role);
    for (const path of ['/audit', '/audit.csv', '/audit.ndjson']) expect((await person('GET', path)).status).toBe(403);
  }
  await other.call('POST', '/keys', { name: 'key-of-another' });
  expect((await site.owner('GET', '/audit.ndjson')).text).not.toContain('key-of-another');
  const all = (await site.api.asOperator('GET', '/audit')).text;
  expect(all).toContain('key-of-another');
});

test('every route that changes something is noted, but messages, conversations and table looks', async () => {
  await using api = await startApi();
  const { body } = await api.call('GET', '/openapi.json');
  const routes = Object.entries<Record<string, object>>(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
  const daily = routes.filter(({ method, path }) => method !== 'GET' && path.startsWith('/v1/') && actOf(method, path) === null);
  expect(new Set(daily.map(({ path }) => path.split('/')[2]))).toEqual(
    new Set(['campaigns', 'contacts', 'conversations', 'inbox-views', 'lists', 'messages', 'reply-views', 'simulation']),
  );
  const exported = routes.filter(({ method, path }) => method === 'GET' && actOf(method, path) !== null);
  expect(exported.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['/v1/replies.csv', '/v1/replies.xlsx', '/v1/contacts.csv', '/v1/opt-outs/export', '/v1/audit.csv']),
  );
});
