import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { liveSecrets, readSecrets, rotated, writeSecrets } from '../../../webhook-client/signing-secrets.ts';
import { sealAnew } from '../../../cli/admin.ts';
import { SEALED } from '../../../database/reseal.ts';
import { createSecrets } from '../../../database/secrets.ts';
import { rows } from '../../../database/sql.ts';
import { anAccount, startApi } from '../../fixtures/api.ts';
import { anInstallationKey } from '../../fixtures/states/installation.ts';

const now = new Date('2026-11-24T12:00:00Z');
const hours = (count: number): Date => new Date(now.getTime() + count * 3_600_000);

test('a rotated secret signs at once, the one before it for the overlap, and both sign meanwhile', () => {
  const first = readSecrets('["whsec_b25l"]');
  const { secret, secrets } = rotated(first, now, 24 * 3_600_000);
  const stored = readSecrets(writeSecrets(secrets));
  expect(liveSecrets(stored, hours(23))).toEqual([secret, 'whsec_b25l']);
  expect(liveSecrets(stored, hours(24))).toEqual([secret]);
});

test('a second rotation lengthens no overlap and forgets what has ended', () => {
  const once = rotated(readSecrets('["whsec_b25l"]'), now, 3_600_000);
  const twice = rotated(once.secrets, now, 48 * 3_600_000);
  expect(liveSecrets(twice.secrets, hours(2))).toEqual([twice.secret, once.secret]);
  const thrice = rotated(twice.secrets, hours(2), 0);
  expect(thrice.secrets).toEqual([{ secret: thrice.secret, until: null }]);
});

test('rotating shows the new secret once, sealed in the database, for the endpoint’s own account', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const made = (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  const { status, body } = await shop.call('POST', `/callback-endpoints/${made.id}/secrets`, { overlapHours: 1 });
  expect([status, body.secret]).toEqual([201, expect.stringMatching(/^whsec_/)]);
  expect(Date.parse(body.othersSignUntil) - Date.now()).toBeGreaterThan(3_500_000);
  const [row] = await rows<{ secrets: Buffer }>(api.db.pool, 'select secrets from callback_endpoints');
  const stored = readSecrets(api.secrets.open(row?.secrets ?? new Uint8Array()));
  expect(liveSecrets(stored, new Date())).toEqual([body.secret, made.secret]);
  expect((await shop.call('GET', `/callback-endpoints/${made.id}`)).text).not.toContain('whsec_');
  expect(api.lines.join('')).not.toContain(body.secret);
  const bad = await shop.call('POST', `/callback-endpoints/${made.id}/secrets`, { overlapHours: 200 });
  expect([bad.status, bad.body.errors[0].field]).toEqual([400, 'overlapHours']);
});

test('an Ed25519 key is rotated by itself, its private half sealed; a ping carries both kinds', async () => {
  const posted: Record<string, string>[] = [];
  await using api = await startApi();
  const { poster } = api.services;
  const post = poster.post;
  poster.post = (call) => {
    posted.push(call.headers);
    return post(call);
  };
  const shop = await anAccount(api);
  const { id } = (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  const rotate = { algorithm: 'ed25519' };
  const first = await shop.call('POST', `/callback-endpoints/${id}/secrets`, rotate);
  expect(first).toMatchObject({ status: 201, body: { secret: expect.stringMatching(/^whpk_/), othersSignUntil: null } });
  const second = (await shop.call('POST', `/callback-endpoints/${id}/secrets`, rotate)).body;
  expect(second.secret).not.toBe(first.body.secret);
  expect(Date.parse(second.othersSignUntil)).toBeGreaterThan(Date.now());
  await shop.call('POST', `/callback-endpoints/${id}/test`);
  expect(posted[0]?.['webhook-signature']?.replaceAll(/,\S+/g, '').split(' ').toSorted()).toEqual(['v1', 'v1a', 'v1a']);

  const old = await anAccount(api, { createdAt: '2019-05-01T00:00:00Z' });
  const made = (await old.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  await api.asOperator('POST', `/setting-requests/${made.request.id}/carry-out`);
  const asked = await old.call('POST', `/callback-endpoints/${made.endpoint}/secrets`, rotate);
  expect(asked).toMatchObject({ status: 202, body: { secret: expect.stringMatching(/^whpk_/) } });
  await api.asOperator('POST', `/setting-requests/${asked.body.request.id}/carry-out`);
  await old.call('POST', `/callback-endpoints/${made.endpoint}/test`);
  expect(posted[1]?.['webhook-signature']).toMatch(/v1a,/);
  expect([first.text, asked.text, api.lines.join('')].join('')).not.toContain('whsk_');
});

const aKey = (): string => randomBytes(32).toString('base64');

test('SECRETS_KEY is rotated without a pause: both keys open, reseal uses the first', async () => {
  const [old, next] = [aKey(), aKey()];
  await using api = await startApi({ secrets: createSecrets(old) });
  const shop = await anAccount(api);
  const made = (await shop.call('POST', '/callback-endpoints', { url: 'https://example.com/in' })).body;
  await anInstallationKey(api.db, 'a test', createSecrets(old).seal('x'));

  const sealed = async () =>
    (await rows<{ secrets: Buffer }>(api.db.pool, 'select secrets from callback_endpoints'))[0]?.secrets ?? Buffer.alloc(0);
  expect(liveSecrets(readSecrets(createSecrets(`${next},${old}`).open(await sealed())), new Date())).toEqual([made.secret]);
  await expect(sealAnew(api.url, next)).rejects.toThrow('SECRETS_KEY');
  expect(await sealAnew(api.url, `${next},${old}`)).toBeGreaterThanOrEqual(2);
  expect(liveSecrets(readSecrets(createSecrets(next).open(await sealed())), new Date())).toEqual([made.secret]);
  const now = await sealed();
  expect(() => createSecrets(old).open(now)).toThrow('SECRETS_KEY');
  // Again, by the new key alone: nothing is left that it does not open.
  expect(await sealAnew(api.url, next)).toBeGreaterThanOrEqual(2);
});

test('reseal knows every column that holds something sealed', async () => {
  await using api = await startApi();
  const found = await rows<{ name: string }>(
    api.db.pool,
    `select table_name || '.' || column_name as name from information_schema.columns
     where table_schema = 'public' and data_type = 'bytea' and column_name not in ('hash', 'old_hash', 'request_hash', 'endpoint_hash', 'address', 'body', 'who') order by 1`,
  );
  expect(found.map((row) => row.name)).toEqual(SEALED.map(([table, , column]) => `${table}.${column}`).toSorted());
});
