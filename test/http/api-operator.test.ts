import { expect, test } from 'vitest';
import { registry } from '../../carriers/registry.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, recordRuns, startApi } from '../fixtures/api.ts';

const account = { name: 'Boulangerie', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
const premium = {
  name: 'operator-fr',
  type: 'test-operator',
  settings: { host: 'smsc', password: 'hunter2', token: 'tok-secret', maxBinds: 2 },
};
const gateway = { name: 'gateway-1', type: 'test-gateway', settings: { url: 'http://gw', password: 'hunter2' } };

test('an account is made with its counter; its platform follows the date unless it is given', async () => {
  await using api = await startApi();
  const platform = async (fields: object) => (await api.asOperator('POST', '/accounts', { ...account, ...fields })).body.platform;
  expect(await platform({})).toBe('v2');
  expect(await platform({ createdAt: '2020-09-30T21:59:59.999Z' })).toBe('v0');
  expect(await platform({ createdAt: '2020-10-01T00:00:00+02:00' })).toBe('v2');
  expect(await platform({ createdAt: '2019-01-01T00:00:00Z', platform: 'v2' })).toBe('v2');
  const refused = await api.asOperator('POST', '/accounts', { ...account, createdAt: '2021-01-01T00:00:00Z', platform: 'v0' });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'platform' }] } });
  expect(await rows(api.db.pool, 'select count(*)::int as count from account_counters')).toEqual([{ count: 4 }]);
  const { body } = await api.asOperator('GET', '/accounts?limit=3');
  expect(body.items).toHaveLength(3);
  expect((await api.asOperator('GET', `/accounts?limit=3&cursor=${body.nextCursor}`)).body.items).toHaveLength(1);
  expect((await api.asOperator('GET', `/accounts/${body.items[0].id}`)).body).toEqual(body.items[0]);
});

test('what is wrong with an account is named', async () => {
  await using api = await startApi();
  const wrong = { country: 'XX', locale: 'de', timeZone: 'Europe/Pariss', name: ' ' };
  const refused = await api.asOperator('POST', '/accounts', { ...account, ...wrong });
  expect(refused.body.errors.map(({ field }: { field: string }) => field).toSorted()).toEqual(Object.keys(wrong).toSorted());
});

test("a carrier's secrets are sealed, and neither shown, logged nor audited", async () => {
  await using api = await startApi();
  const made = await api.asOperator('POST', '/carriers', premium);
  expect(made).toMatchObject({
    status: 201,
    body: { route: 'premium', slots: 2, settings: { host: 'smsc', maxBinds: 2 }, secretsSet: ['password', 'token'] },
  });
  const path = `/carriers/${made.body.id}`;
  const changed = await api.asOperator('PATCH', path, { settings: { host: 'smsc2', token: 'tok-secret-2' } });
  expect(changed.body).toMatchObject({ settings: { host: 'smsc2', maxBinds: 2 }, secretsSet: ['password', 'token'] });
  const [row] = await rows<{ secrets: Buffer; text: string }>(api.db.pool, 'select secrets, c::text as text from carriers c');
  expect(JSON.parse(api.secrets.open(row?.secrets ?? new Uint8Array()))).toEqual({ password: 'hunter2', token: 'tok-secret-2' });
  const audit = await rows<{ text: string }>(api.db.pool, 'select a::text as text from audit_log a');
  const seen = [
    row?.text,
    made.text,
    changed.text,
    (await api.asOperator('GET', path)).text,
    (await api.asOperator('GET', '/carriers')).text,
    ...api.lines,
    ...audit.map(({ text }) => text),
  ].join('');
  expect([seen.includes('hunter2'), seen.includes('tok-secret')]).toEqual([false, false]);
});

test("a carrier's settings are checked by its own schema, and each fault is named", async () => {
  await using api = await startApi();
  const create = (fields: object) => api.asOperator('POST', '/carriers', { ...premium, ...fields });
  expect(
    (await create({ settings: { host: 'smsc', maxBinds: 0, colour: 'red' } })).body.errors
      .map(({ field }: { field: string }) => field)
      .toSorted(),
  ).toEqual(['settings.colour', 'settings.maxBinds', 'settings.password']);
  expect((await create({ type: 'pigeon' })).body.errors).toMatchObject([
    { field: 'type', remedy: expect.stringContaining('test-gateway') },
  ]);
  expect((await create({ name: 'Not a name' })).body.errors).toMatchObject([{ field: 'name' }]);
  expect((await create({})).status).toBe(201);
  expect(await create({})).toMatchObject({ status: 409, body: { code: 'conflict' } });
});

test('a gateway that is polled gets its nightly schedule; with Temporal away it is still stored', async () => {
  const { runs, asked } = recordRuns();
  let away = false;
  const scheduleSync = (id: string) => (away ? Promise.reject(new Error('no connection')) : runs.scheduleSync(id));
  await using api = await startApi({ runs: { ...runs, scheduleSync } });
  await api.asOperator('POST', '/carriers', premium);
  const first = await api.asOperator('POST', '/carriers', gateway);
  expect(asked).toEqual([{ what: 'scheduleSync', ids: [first.body.id] }]);
  away = true;
  expect((await api.asOperator('POST', '/carriers', { ...gateway, name: 'gateway-2' })).status).toBe(201);
});

test('numbers are stored as replies will name them, and each kind asks for what it needs', async () => {
  await using api = await startApi();
  const { premiumId, lowcostId } = await carriers(api, { codes: [], sims: [] });
  const shop = await anAccount(api);
  const add = (fields: object) => api.asOperator('POST', '/numbers', { carrier: premiumId, country: 'FR', ...fields });
  expect((await add({ number: '36200', kind: 'short-code' })).body).toMatchObject({ number: '36200', account: null, port: null });
  expect((await add({ number: '06 12 34 56 78', kind: 'virtual', account: shop.id })).body).toMatchObject({
    number: '+33612345678',
    account: shop.id,
  });
  expect((await add({ number: '0612345679', kind: 'sim', port: 0, carrier: lowcostId })).body).toMatchObject({
    number: '+33612345679',
    port: 0,
  });
  const wrong: [object, string][] = [
    [{ number: '36', kind: 'short-code' }, 'number'],
    [{ number: '12', kind: 'virtual' }, 'number'],
    [{ number: '36201', kind: 'short-code', carrier: lowcostId }, 'kind'],
    [{ number: '0612345670', kind: 'sim', port: 1 }, 'kind'],
    [{ number: '0612345670', kind: 'sim', carrier: lowcostId }, 'port'],
    [{ number: '36201', kind: 'short-code', port: 1 }, 'port'],
    [{ number: '36201', kind: 'short-code', carrier: shop.id }, 'carrier'],
    [{ number: '36201', kind: 'short-code', account: premiumId }, 'account'],
  ];
  for (const [fields, field] of wrong)
    expect({ fields, ...(await add(fields)) }).toMatchObject({ fields, status: 400, body: { errors: [{ field }] } });
  expect((await add({ number: '36200', kind: 'short-code' })).body.code).toBe('conflict');
  expect((await api.asOperator('GET', `/numbers?carrier=${lowcostId}`)).body.items).toHaveLength(1);
  expect((await api.asOperator('GET', '/numbers?kind=virtual')).body.items).toMatchObject([{ number: '+33612345678' }]);
});

test('a sync is stored, then started; its run can be followed', async () => {
  await using api = await startApi();
  const { premiumId, lowcostId } = await carriers(api);
  const asked = await api.asOperator('POST', `/carriers/${lowcostId}/sync`, { now: '2026-11-24T06:00:00+01:00' });
  expect(asked).toMatchObject({ status: 202, body: { carrier: lowcostId, state: 'requested', now: '2026-11-24T05:00:00.000Z' } });
  expect(api.asked.filter(({ what }) => what === 'syncNow')).toEqual([{ what: 'syncNow', ids: [lowcostId] }]);
  expect((await api.asOperator('GET', `/sync-runs/${asked.body.id}`)).body).toEqual(asked.body);
  const second = await api.asOperator('POST', `/carriers/${lowcostId}/sync`);
  expect([second.status, second.body.now]).toEqual([202, null]);
  expect((await api.asOperator('GET', `/sync-runs?carrier=${lowcostId}`)).body.items.map(({ id }: { id: string }) => id)).toEqual(
    [second.body.id, asked.body.id],
  );
  expect((await api.asOperator('GET', `/sync-runs?carrier=${premiumId}`)).body.items).toEqual([]);
  expect((await api.asOperator('POST', `/carriers/${premiumId}/sync`)).body.code).toBe('conflict');
});

test('where the clock is real nobody names a sync’s time; with Temporal away it stays asked for', async () => {
  const { runs } = recordRuns();
  await using api = await startApi({
    clockInjectable: false,
    runs: { ...runs, syncNow: () => Promise.reject(new Error('no connection')) },
  });
  const { lowcostId } = await carriers(api);
  expect((await api.asOperator('POST', `/carriers/${lowcostId}/sync`, { now: '2026-11-24T06:00:00Z' })).status).toBe(403);
  expect((await api.asOperator('GET', '/sync-runs')).body.items).toEqual([]);
  expect((await api.asOperator('POST', `/carriers/${lowcostId}/sync`)).status).toBe(202);
  expect((await api.asOperator('GET', '/sync-runs')).body.items).toMatchObject([{ state: 'requested' }]);
});

test('every write of an operator is in the audit log, with the key that did it', async () => {
  await using api = await startApi();
  const { lowcostId } = await carriers(api, { codes: ['36200'], sims: [] });
  const shop = await anAccount(api);
  await api.asOperator('PUT', `/accounts/${shop.id}/two-way`, { state: 'on', reason: 'a test' });
  await api.asOperator('PATCH', `/accounts/${shop.id}/reply-settings`, { emails: [{ address: 'a@example.com' }] });
  await api.asOperator('PATCH', `/carriers/${lowcostId}`, { settings: { url: 'http://gw2' } });
  await api.asOperator('POST', `/carriers/${lowcostId}/sync`);
  await api.asOperator('DELETE', `/keys/${shop.keyId}`);
  const entries = await rows<{ action: string; actor: string; account_id: string | null }>(
    api.db.pool,
    'select action, actor, account_id from audit_log order by id',
  );
  expect(entries.map(({ action }) => action)).toEqual([
    'carrier.create',
    'carrier.create',
    'number.create',
    'account.create',
    'key.create',
    'two-way.decide',
    'reply-settings.change',
    'carrier.change',
    'carrier.sync',
    'key.revoke',
  ]);
  const [own] = await rows<{ id: string }>(api.db.pool, `select id from api_keys where role = 'operator'`);
  expect(new Set(entries.map(({ actor }) => actor))).toEqual(new Set([`key ${own?.id}`]));
  expect(entries.filter(({ account_id: id }) => id === shop.id)).toHaveLength(5);
});

test('a write that fails leaves no trace in the audit log', async () => {
  await using api = await startApi();
  await api.asOperator('POST', '/carriers', premium);
  await api.asOperator('POST', '/carriers', premium);
  await api.asOperator('POST', '/accounts', { ...account, country: 'XX' });
  expect(await rows(api.db.pool, 'select action from audit_log')).toEqual([{ action: 'carrier.create' }]);
});

test.for(['dinstar', 'smsgate'])(
  'settings of %s that contradict each other are refused with the name of the field',
  async (type) => {
    await using api = await startApi({ registry });
    const settings = { url: 'http://127.0.0.1', username: 'admin', password: 'admin' };
    const wrong = { retryMinMs: 50_000, retryMaxMs: 10 };
    const refused = await api.asOperator('POST', '/carriers', { name: 'box', type, settings: { ...settings, ...wrong } });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(refused.body.errors).toMatchObject([{ field: 'settings.retryMaxMs' }]);
    const made = await api.asOperator('POST', '/carriers', { name: 'box', type, settings });
    const changed = await api.asOperator('PATCH', `/carriers/${made.body.id}`, { settings: wrong });
    expect(changed.body.errors).toMatchObject([{ field: 'settings.retryMaxMs' }]);
  },
);
