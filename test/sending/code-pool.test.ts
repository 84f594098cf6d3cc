import { expect, test } from 'vitest';
import { planList } from '../../planning/plan-list.ts';
import { rows } from '../../database/sql.ts';
import { WINDOW_MS } from '../../domain/replies/attribution.ts';
import { pickCode } from '../../domain/sending/reply-code.ts';
import { anAccount, carriers, filing, startApi, type TestAccount, type TestApi } from '../fixtures/api.ts';
import { unfiled } from '../fixtures/states/replies.ts';
import { cameTo } from '../fixtures/states/sending.ts';

const PHONES = ['+33612000001', '+33612000002', '+33612000003'];
const campaign = { name: 'Samedi', route: 'premium', withReplies: true, purpose: 'transactional', text: 'Serez-vous là ?' };
const send = (shop: TestAccount, fields: object = {}) =>
  shop.call('POST', '/campaigns', { ...campaign, recipients: PHONES.map((to) => ({ to })), ...fields });
const codesOf = ({ db }: TestApi, id: string) =>
  rows<{ reply_code: string; ambiguous: boolean }>(
    db.pool,
    'select reply_code, ambiguous from messages where campaign_id = $1 order by row',
    [id],
  );
const sent = ({ db }: TestApi, id: string, ms: number) => cameTo(db, id, 'delivered', ms);

test('each campaign awaiting a phone’s replies has its own code there; with none free it says so', async () => {
  await using api = await startApi();
  await carriers(api, { codes: ['36201', '36202'] });
  const [one, two] = [await anAccount(api), await anAccount(api)];
  const first = (await send(one)).body;
  const second = await send(two, { recipients: [{ to: PHONES[0] }, { to: PHONES[1] }, { to: '+33612000009' }] });
  const [used] = await codesOf(api, first.id);
  const codes = await codesOf(api, second.body.id);
  expect(codes.slice(0, 2).map(({ reply_code: code }) => code)).not.toContain(used?.reply_code);
  expect([first.warnings, second.body.warnings]).toEqual([[], []]);

  const third = await send(one);
  expect(third.body.warnings).toMatchObject([{ code: 'attribution-own', detail: expect.stringMatching(/^2 recipients/) }]);
  expect((await codesOf(api, third.body.id)).map(({ ambiguous }) => ambiguous)).toEqual([true, true, false]);
  const { items } = (await one.call('GET', `/campaigns/${third.body.id}/messages`)).body;
  expect(items.map(({ attribution }: { attribution: string }) => attribution)).toEqual([
    'may-be-ambiguous',
    'may-be-ambiguous',
    'exact',
  ]);
});

test('preview and campaign tell what is unclear within the account and what between accounts', async () => {
  await using api = await startApi();
  await carriers(api, { codes: ['36201'] });
  const [one, two] = [await anAccount(api), await anAccount(api)];
  await send(one, { recipients: [{ to: PHONES[0] }] });
  await send(two, { recipients: [{ to: PHONES[1] }] });
  const expected = [
    {
      code: 'attribution-ambiguous',
      detail: expect.stringMatching(/^1 recipient may still answer a campaign of another account/),
    },
    { code: 'attribution-own', detail: expect.stringMatching(/^1 recipient may still answer another campaign of yours/) },
  ];
  const preview = await one.call('POST', '/campaigns/preview', { ...campaign, recipients: PHONES.map((to) => ({ to })) });
  expect(preview.body.warnings).toMatchObject(expected);
  expect((await send(one)).body.warnings).toMatchObject(expected);
});

test('campaigns at once to the same phones: the later one stored says that they share a code', async () => {
  await using api = await startApi();
  await carriers(api, { codes: ['36201'] });
  const shops = [await anAccount(api), await anAccount(api), await anAccount(api)];
  for (let round = 1; round <= 4; round++) {
    const recipients = [1, 2, 3].map((n) => ({ to: `+336120${round}000${n}` }));
    const answers = await Promise.all(shops.map((shop) => send(shop, { recipients })));
    const warned = answers.filter(({ body }) =>
      body.warnings.some(({ code }: { code: string }) => code === 'attribution-ambiguous'),
    );
    expect(warned).toHaveLength(2);
    for (const { body } of warned)
      expect((await codesOf(api, body.id)).map(({ ambiguous }) => ambiguous)).toEqual([true, true, true]);
  }
});

test('a code is free when its last campaign’s window ended: on short codes 72 hours from sending', async () => {
  await using api = await startApi();
  await carriers(api, { codes: ['36201'] });
  const shop = await anAccount(api);
  const first = (await send(shop)).body.id;
  const warned = async (fields: object = {}) => (await send(shop, { simulation: true, ...fields })).body.warnings.length > 0;
  expect(await warned()).toBe(true);
  await sent(api, first, WINDOW_MS.shared - 60_000);
  expect(await warned()).toBe(true);
  expect(await warned({ sendAt: new Date(Date.now() + 3_600_000).toISOString() })).toBe(false);
  await sent(api, first, WINDOW_MS.shared + 1000);
  expect(await warned()).toBe(false);
  await cameTo(api.db, first, 'failed');
  expect(await warned()).toBe(false);
});

test('an uploaded list avoids the same codes', async () => {
  await using api = await startApi();
  await carriers(api, { codes: ['36201', '36202'] });
  const shop = await anAccount(api);
  const taken = await codesOf(api, (await send(shop)).body.id);
  const draft = (await shop.call('POST', '/campaigns/drafts', campaign)).body.id;
  const plan = await planList({ db: api.db }, draft, ['to']);
  if (plan === null || 'error' in plan) throw new Error('The list was not planned');
  const planned = await plan.page(
    PHONES.map((to) => ({ to })),
    1,
    api.db.pool,
  );
  if ('error' in planned) throw new Error(planned.error.code);
  expect(planned.messages).toHaveLength(PHONES.length);
  for (const [index, { replyCode, ambiguous }] of planned.messages.entries()) {
    expect(ambiguous).toBe(false);
    expect(replyCode).not.toBe(taken[index]?.reply_code);
  }
});

test('two accounts that write to one phone keep a code each: every reply reaches the right one', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api, { codes: ['36201', '36202'] });
  const { pool } = api.db;
  const file = filing(api);
  const shops = [await anAccount(api), await anAccount(api)];
  const [phone] = PHONES;
  const asked: string[] = [];
  for (let round = 0; round < 6; round++) {
    for (const shop of shops) {
      // Whose turn it is follows from the text.
      const { id } = (await send(shop, { recipients: [{ to: phone }], text: `Et le ${round} ?` })).body;
      await sent(api, id, 10_000);
      asked.push(id);
    }
  }
  const codes = await rows<{ code: string }>(
    pool,
    'select reply_code as code from messages where campaign_id = any($1::uuid[])',
    [asked],
  );
  const answers = codes.map(({ code }) => ({ carrierId: premiumId, phone: phone ?? '', code, text: 'OUI' }));
  await file(await unfiled(api.db, answers), 'replies/test');
  const reached = await rows<{ account: string | null; replies: number }>(
    pool,
    'select account_id as account, count(*)::int as replies from replies group by 1 order by 1',
  );
  expect(reached).toEqual(
    shops
      .map(({ id }) => id)
      .toSorted()
      .map((account) => ({ account, replies: 6 })),
  );
});

test('where others took every code, the one longest silent is used; queued counts as just sent', async () => {
  await using api = await startApi();
  const codes = ['36201', '36202', '36203'];
  await carriers(api, { codes });
  const [first, second, third, late] = [await anAccount(api), await anAccount(api), await anAccount(api), await anAccount(api)];
  const to = { recipients: [{ to: PHONES[0] }] };
  const ids = [(await send(first, to)).body.id, (await send(second, to)).body.id, (await send(third, to)).body.id];
  const [oldest] = await codesOf(api, ids[1]);
  await sent(api, ids[0], 3_600_000);
  await sent(api, ids[1], 2 * 3_600_000);
  for (const text of ['Un ?', 'Deux ?', 'Trois ?', 'Quatre ?', 'Cinq ?', 'Six ?', 'Sept ?']) {
    const { id } = (await send(late, { ...to, text, simulation: true })).body;
    expect(await codesOf(api, id)).toEqual([{ reply_code: oldest?.reply_code, ambiguous: true }]);
  }
});

test('a pool gives free codes first, then the account’s own, then the one longest silent', () => {
  const pool = ['a', 'b', 'c'].map((number) => ({ number }));
  const pick = (busy?: Record<string, number | null>) => pickCode(pool, 4, busy && new Map(Object.entries(busy)))?.number;
  expect(pick()).toBe('b');
  expect(pick({ b: null })).toBe('c');
  expect(pick({ b: null, c: 7 })).toBe('a');
  expect(pick({ a: 7, b: 8, c: null })).toBe('c');
  expect(pick({ a: null, b: 8, c: null })).toBe('c');
  expect(pick({ a: 7, b: 8, c: 9 })).toBe('a');
  expect(pick({ a: Infinity, b: Infinity, c: Infinity })).toBe('b');
  expect(pickCode([], 4, new Map([['b', null]]))).toBeUndefined();
});
