import { expect, test } from 'vitest';
import { newId } from '../../../database/ids.ts';
import { anAccount, startApi } from '../../fixtures/api.ts';
import { aDelivery } from '../../fixtures/rows.ts';

const URL = 'https://example.com/in';
const DAY = 86_400;

/** [what, body, field that is named] */
const ENDPOINTS: [string, object, string][] = [
  ['no URL', {}, 'url'],
  ['what is no URL', { url: 'example.com/in' }, 'url'],
  ['a zone id', { url: 'https://[fe80::1%25eth0]/in' }, 'url'],
  ['a URL of 2,001 characters', { url: `${URL}?${'x'.repeat(2001 - URL.length - 1)}` }, 'url'],
  ['a URL with a line break', { url: `${URL}\r\nx-shop: 7` }, 'url'],
  ['a URL with a tab', { url: 'https://10.0.0.1\t/' }, 'url'],
  ['a URL with a zero byte', { url: `${URL}\u0000` }, 'url'],
  ['a second URL with a line break', { url: URL, fallbackUrl: `${URL}\n` }, 'fallbackUrl'],
  ['seventeen delays', { url: URL, schedule: Array.from({ length: 17 }, (_, n) => n) }, 'schedule'],
  ['more than seven days', { url: URL, schedule: [0, 3 * DAY, 5 * DAY] }, 'schedule'],
  ['delays that descend', { url: URL, schedule: [0, 60, 30] }, 'schedule'],
  ['no delay', { url: URL, schedule: [] }, 'schedule'],
  ['a negative delay', { url: URL, schedule: [-1] }, 'schedule[0]'],
  ['half a second', { url: URL, schedule: [0, 0.5] }, 'schedule[1]'],
  ['a limit under a second', { url: URL, timeoutMs: 999 }, 'timeoutMs'],
  ['a limit over thirty seconds', { url: URL, timeoutMs: 30_001 }, 'timeoutMs'],
  ['a format nobody knows', { url: URL, format: 'xml' }, 'format'],
  ['no types', { url: URL, types: [] }, 'types'],
  ['a type nobody knows', { url: URL, types: ['reply.read'] }, 'types[0]'],
  ['headers, with a line break or without', { url: URL, headers: { 'x-shop': '7\r\nwebhook-id: 1' } }, 'headers'],
  ['a secret of its own choice', { url: URL, secret: 'whsec_short' }, 'secret'],
];

test('an impossible endpoint is refused by field and remedy, made or changed; nothing is stored', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const made = (await shop.call('POST', '/callback-endpoints', { url: URL })).body;
  const before = (await shop.call('GET', `/callback-endpoints/${made.id}`)).body;
  for (const [what, wish, field] of ENDPOINTS) {
    const answers = [await shop.call('POST', '/callback-endpoints', wish)];
    if (what !== 'no URL') answers.push(await shop.call('PATCH', `/callback-endpoints/${made.id}`, wish));
    for (const { status, body } of answers) {
      expect({ what, status, code: body.code, errors: body.errors }).toEqual({
        what,
        status: 400,
        code: 'invalid-request',
        errors: expect.arrayContaining([
          expect.objectContaining({ field, problem: expect.any(String), remedy: expect.stringMatching(/./) }),
        ]),
      });
    }
  }
  for (const overlapHours of [-1, 169, '24']) {
    const { status, body } = await shop.call('POST', `/callback-endpoints/${made.id}/secrets`, { overlapHours });
    expect([status, body.errors[0].field]).toEqual([400, 'overlapHours']);
  }
  expect((await shop.call('GET', '/callback-endpoints')).body.items).toEqual([before]);
});

test('a replay over nothing is a problem and no job; another account’s cursor is refused', async () => {
  await using api = await startApi();
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const id: string = (await shop.call('POST', '/callback-endpoints', { url: URL })).body.id;
  const theirs = await aDelivery(api.db, { accountId: other.id, replyId: null });
  const replay = (wish: object) => shop.call('POST', `/callback-endpoints/${id}/replay`, wish);
  const soon = new Date(Date.now() + 60_000).toISOString();
  const [yesterday, before] = [1, 2].map((days) => new Date(Date.now() - days * DAY * 1000).toISOString());
  for (const wish of [
    {},
    { ids: [theirs.id] },
    { ids: [newId()] },
    { states: ['delivered'] },
    { since: before, until: yesterday },
  ]) {
    const { status, body } = await replay(wish);
    expect([status, body.code]).toEqual([409, 'nothing-to-replay']);
  }
  expect((await replay({ dryRun: true })).body).toEqual({ dryRun: true, total: 0 });
  const wrong: [object, string][] = [
    [{ since: soon }, 'since'],
    [{ since: yesterday, until: before }, 'until'],
    [{ since: 'yesterday' }, 'since'],
    [{ ids: [] }, 'ids'],
    [{ states: ['lost'] }, 'states[0]'],
    [{ ratePerSecond: 0 }, 'ratePerSecond'],
  ];
  for (const [wish, field] of wrong) {
    const { status, body } = await replay(wish);
    expect([status, body.code, body.errors[0].field]).toEqual([400, 'invalid-request', field]);
  }
  expect((await shop.call('GET', '/replays')).body.items).toEqual([]);
  expect(api.asked).toEqual([]);

  for (let n = 0; n < 2; n++) await aDelivery(api.db, { accountId: shop.id, replyId: null, endpointId: id });
  expect((await replay({})).status).toBe(202);
  expect((await replay({})).status).toBe(202);
  for (const path of ['/deliveries', '/replays']) {
    const { nextCursor } = (await shop.call('GET', `${path}?limit=1`)).body;
    expect((await shop.call('GET', `${path}?limit=1&cursor=${nextCursor}`)).body.items).toHaveLength(1);
    const { status, body } = await other.call('GET', `${path}?limit=1&cursor=${nextCursor}`);
    expect([path, status, body.code, body.errors[0].field]).toEqual([path, 400, 'invalid-request', 'cursor']);
  }
});
