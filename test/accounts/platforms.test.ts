import { expect, test } from 'vitest';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';

const v0 = { createdAt: '2019-05-01T00:00:00Z' };
const campaign = { name: 'n', route: 'premium', withReplies: true, text: 'Bonjour', recipients: [{ to: '+33612000001' }] };

test.each([
  ['2020-09-30T21:59:59.999Z', 'v0'],
  ['2020-09-30T22:00:00Z', 'v2'],
  ['2020-10-01T00:00:00+02:00', 'v2'],
  ['2020-09-30T23:59:59+02:00', 'v0'],
])('an account made at %s is %s: the first of October begins at midnight in Paris', async (createdAt, platform) => {
  await using api = await startApi();
  const basis = { name: 'Boulangerie', country: 'FR', locale: 'fr', timeZone: 'Europe/Paris' };
  expect((await api.asOperator('POST', '/accounts', { ...basis, createdAt })).body.platform).toBe(platform);
});

test('a migration says beforehand what changes, is dated and audited, and happens once', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api, v0);
  const path = `/accounts/${shop.id}/migration`;
  expect((await api.asOperator('GET', path)).body).toMatchObject({
    platform: 'v0',
    possible: true,
    migratedAt: null,
    changes: expect.arrayContaining([expect.objectContaining({ code: 'reply-settings', what: 'Where replies go' })]),
  });
  const moved = await Promise.all([1, 2].map(() => api.asOperator('POST', path, { reason: 'they asked' })));
  expect(moved.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const { body } = await shop.call('GET', '/account');
  expect(body).toMatchObject({ platform: 'v2', migratedAt: expect.any(String) });
  expect((await api.asOperator('GET', path)).body).toMatchObject({ possible: false, migratedAt: body.migratedAt, changes: [] });
  expect(await rows(api.db.pool, `select detail from audit_log where action = 'account.migrate'`)).toEqual([
    { detail: { reason: 'they asked' } },
  ]);
});

test('a migration changes nothing for a campaign under way; the next one goes by the rules of V2', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api, v0);
  const launched = await shop.call('POST', '/campaigns', { ...campaign, sender: 'Boutique', text: 'OUI au XXXXX' });
  const before = await rows(api.db.pool, 'select * from messages');
  const shown = (await shop.call('GET', `/campaigns/${launched.body.id}`)).body;
  expect((await shop.call('POST', '/campaigns', { ...campaign, sender: 'Boutique' })).body.code).toBe('brand-without-code');
  await api.asOperator('POST', `/accounts/${shop.id}/migration`, { reason: 'they asked' });
  expect(await rows(api.db.pool, 'select * from messages')).toEqual(before);
  expect((await shop.call('GET', `/campaigns/${launched.body.id}`)).body).toEqual(shown);
  expect((await shop.call('POST', '/campaigns', { ...campaign, sender: 'Boutique' })).body.sender).toEqual({
    given: 'Boutique',
    became: '36200',
  });
});
