import { expect, test } from 'vitest';
import { createFiling } from '../activities/file-replies.ts';
import { rows } from '../database/sql.ts';
import { closedSince, type Opening } from '../domain/opening-hours.ts';
import { anAccount, carriers, startApi } from './fixtures/api.ts';
import { startApp, phone, until } from './fixtures/app.ts';
import { aMessage, aReply } from './fixtures/rows.ts';

const WEEK: Opening[] = [1, 2, 3, 4, 5].flatMap((day) => [
  { day, from: '09:00', to: '12:00' },
  { day, from: '14:00', to: '18:00' },
]);
const paris = (at: string) => closedSince(WEEK, 'Europe/Paris', new Date(at))?.toISOString() ?? null;

test('it is closed from when it closed last, by the clock of the account, over lunch, nights, week ends and clock changes', () => {
  expect(paris('2026-11-25T08:00:00Z')).toBe(null); // Wednesday, 9:00
  expect(paris('2026-11-25T10:59:59Z')).toBe(null);
  expect(paris('2026-11-25T11:00:00Z')).toBe('2026-11-25T11:00:00.000Z');
  expect(paris('2026-11-25T12:59:00Z')).toBe('2026-11-25T11:00:00.000Z');
  expect(paris('2026-11-26T07:59:00Z')).toBe('2026-11-25T17:00:00.000Z');
  expect(paris('2026-11-29T20:00:00Z')).toBe('2026-11-27T17:00:00.000Z'); // Sunday: since Friday
  expect(paris('2026-03-30T06:30:00Z')).toBe('2026-03-27T17:00:00.000Z'); // after the change to summer time
  expect(paris('2026-03-30T07:00:00Z')).toBe(null);
});

test('a day that ends at midnight and one that begins there are one opening; no opening at all is none to be outside of', () => {
  const night = [
    { day: 5, from: '20:00', to: '24:00' },
    { day: 6, from: '00:00', to: '02:00' },
  ];
  for (const at of ['2026-11-27T23:59:59Z', '2026-11-28T00:00:00Z', '2026-11-28T01:59:00Z'])
    expect(closedSince(night, 'UTC', new Date(at))).toBe(null);
  expect(closedSince(night, 'UTC', new Date('2026-11-28T02:00:00Z'))?.toISOString()).toBe('2026-11-28T02:00:00.000Z');
  expect(closedSince([], 'UTC', new Date())).toBe(null);
});

/** Open for one minute a week, two days from now: closed for five days. */
const closedNow = (): Opening[] => [{ day: ((((new Date().getUTCDay() + 6) % 7) + 2) % 7) + 1, from: '12:00', to: '12:01' }];
const SETTING = { enabled: true, text: 'Fermé, à demain !' };

test('once for each conversation and closed period, and no STOP, no keyword, no old reply, nobody blocked, nobody who left', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { timeZone: 'UTC' });
  const { premiumId } = await carriers(api);
  const file = createFiling({
    pool: api.db.pool,
    log: api.services.log,
    hashPhone: api.services.hashPhone,
    sendMessages: () => {},
    oweMails: async () => {},
  });
  const hear = async (from: string, text: string, at = new Date()) => {
    await aMessage(api.db, {
      accountId: shop.id,
      carrierId: premiumId,
      toNumber: from,
      submittedAt: new Date(Date.now() - 86_400_000),
    });
    const basis = { carrierId: premiumId, fromNumber: from, fromRaw: from, text, receivedAt: at };
    const { id } = await aReply(api.db, { ...basis, filedAt: null, runId: null, sequence: null });
    await file([id], 'replies/test');
  };
  const answers = async (to: string) =>
    (
      await rows<{ text: string }>(
        api.db.pool,
        `select text from messages where automatic = 'out-of-hours' and to_number = $1 and account_id = $2 order by id`,
        [to, shop.id],
      )
    ).map(({ text }) => text);
  const [one, two, three, four, five] = ['+33612000001', '+33612000002', '+33612000003', '+33612000004', '+33612000005'] as const;
  await hear(one, 'Bonjour');
  expect(await answers(one)).toEqual([]); // nothing is set
  expect((await shop.call('PUT', '/out-of-hours', { ...SETTING, hours: closedNow() })).body.timeZone).toBe('UTC');
  await shop.call('POST', '/keyword-rules', { word: 'RDV', actions: [{ do: 'tag', tag: 'rdv' }] });
  await hear(one, 'Vous êtes là ?');
  await hear(one, 'Allô ?');
  expect(await answers(one)).toEqual(['Fermé, à demain !']);
  for (const text of ['RDV demain', 'CONTACT', 'STOP', 'et samedi ?']) await hear(two, text);
  await hear(three, 'Bonjour', new Date(Date.now() - 2 * 3_600_000));
  await hear('36111', 'Bonjour');
  await hear(four, 'Bonjour', new Date(Date.now() - 2 * 3_600_000));
  await rows(api.db.pool, `update conversations set state = 'blocked' where phone = $1`, [four]);
  await hear(four, 'Bonjour');
  for (const silent of [two, three, four, '36111']) expect(await answers(silent)).toEqual([]);
  // What was answered before it closed last belongs to another period.
  await rows(
    api.db.pool,
    `update messages set id = ('00000000' || substr(id::text, 9))::uuid where automatic = 'out-of-hours' and to_number = $1`,
    [one],
  );
  await hear(one, 'Re-bonjour');
  expect(await answers(one)).toHaveLength(2);
  await shop.call('PUT', '/out-of-hours', { ...SETTING, enabled: false, hours: closedNow() });
  await hear(five, 'Bonjour');
  expect(await answers(five)).toEqual([]);
});

test('hours that end before they begin, a text that can not go, and an answer without hours are refused', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const fields = async (body: object) =>
    (await shop.call('PUT', '/out-of-hours', body)).body.errors?.map(({ field }: { field: string }) => field);
  expect(await fields({ ...SETTING, hours: [{ day: 1, from: '18:00', to: '09:00' }] })).toEqual(['hours.0']);
  expect(await fields({ ...SETTING, text: '', hours: WEEK })).toEqual(['text']);
  expect(await fields({ ...SETTING, hours: [] })).toEqual(['hours']);
  expect(await fields({ ...SETTING, hours: [{ day: 8, from: '9:00', to: '25:00' }] })).toHaveLength(3);
  expect((await shop.call('GET', '/out-of-hours')).body).toMatchObject({ enabled: false, text: '', hours: [] });
});

test('who writes while nobody is there gets the answer on the phone, in the same conversation, once', async () => {
  await using app = await startApp({ ways: { email: false, callback: false } });
  await app.account.send('PUT', '/v1/out-of-hours', { ...SETTING, hours: closedNow() });
  await app.ended(await app.campaign([{ to: phone(1) }]));
  await app.world.phones.reply(phone(1), 'Vous êtes ouverts ?');
  const sent = () => app.world.phones.received.filter(({ text }) => text === SETTING.text);
  await until('the phone has the answer', () => sent().length > 0);
  await app.world.phones.reply(phone(1), 'D’accord');
  await until('both replies are filed', async () => (await app.replies()).length === 2);
  const stored = await app.rows('select id from messages where automatic is not null');
  expect([stored.length, sent().length]).toEqual([1, 1]);
}, 60_000);
