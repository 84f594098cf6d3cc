import { expect, test } from 'vitest';
import { outOfHours } from '../../activities/replies/answer-out-of-hours.ts';
import type { Filed } from '../../activities/replies/filing-types.ts';
import { newId } from '../../database/ids.ts';
import { rows, transaction } from '../../database/sql.ts';
import { frenchHolidays } from '../../domain/sending/holidays.ts';
import { closedSince, within, type Opening } from '../../domain/replies/opening-hours.ts';
import { holidayTeller, publicHolidays } from '../../domain/replies/public-holidays.ts';
import { anAccount, carriers, filing, startApi } from '../fixtures/api.ts';
import { startApp, phone, until } from '../fixtures/app.ts';
import { aConversation, aMessage, aReply } from '../fixtures/rows.ts';
import { answeredLongAgo } from '../fixtures/states/replies.ts';

const WEEK: Opening[] = [1, 2, 3, 4, 5].flatMap((day) => [
  { day, from: '09:00', to: '12:00' },
  { day, from: '14:00', to: '18:00' },
]);
const paris = (at: string) => closedSince(WEEK, 'Europe/Paris', new Date(at))?.toISOString() ?? null;

test('it is closed since it last closed, by the account’s clock, over lunch, nights and changes', () => {
  expect(paris('2026-11-25T08:00:00Z')).toBe(null); // Wednesday, 9:00
  expect(paris('2026-11-25T10:59:59Z')).toBe(null);
  expect(paris('2026-11-25T11:00:00Z')).toBe('2026-11-25T11:00:00.000Z');
  expect(paris('2026-11-25T12:59:00Z')).toBe('2026-11-25T11:00:00.000Z');
  expect(paris('2026-11-26T07:59:00Z')).toBe('2026-11-25T17:00:00.000Z');
  expect(paris('2026-11-29T20:00:00Z')).toBe('2026-11-27T17:00:00.000Z'); // Sunday: since Friday
  expect(paris('2026-03-30T06:30:00Z')).toBe('2026-03-27T17:00:00.000Z'); // after the change to summer time
  expect(paris('2026-03-30T07:00:00Z')).toBe(null);
});

test('an end at midnight and a beginning there are one opening; with none, nobody is outside', () => {
  const night = [
    { day: 5, from: '20:00', to: '24:00' },
    { day: 6, from: '00:00', to: '02:00' },
  ];
  for (const at of ['2026-11-27T23:59:59Z', '2026-11-28T00:00:00Z', '2026-11-28T01:59:00Z'])
    expect(closedSince(night, 'UTC', new Date(at))).toBe(null);
  expect(closedSince(night, 'UTC', new Date('2026-11-28T02:00:00Z'))?.toISOString()).toBe('2026-11-28T02:00:00.000Z');
  expect(closedSince([], 'UTC', new Date())).toBe(null);
});

test('on days off it is closed since before them: the country’s holidays, and one’s own dates', async () => {
  const isHoliday = await holidayTeller({ country: 'FR', timeZone: 'Europe/Paris' }, [2025, 2026]);
  const since = (at: string, isOff: (day: string) => boolean) =>
    closedSince(WEEK, 'Europe/Paris', new Date(at), isOff)?.toISOString() ?? null;
  expect(since('2026-07-14T08:30:00Z', () => false)).toBe(null); // a Tuesday, 10:30
  expect(since('2026-07-14T08:30:00Z', isHoliday)).toBe('2026-07-13T16:00:00.000Z');
  expect(since('2026-07-13T08:30:00Z', isHoliday)).toBe(null);
  // The clocks of the account say which day it is: late on the 13th in UTC is the 14th in Paris.
  expect(since('2026-07-13T22:30:00Z', isHoliday)).toBe('2026-07-13T16:00:00.000Z');
  const summer = (day: string) => within([{ from: '2026-08-03', to: '2026-08-21' }], day);
  expect(since('2026-08-21T09:00:00Z', summer)).toBe('2026-07-31T16:00:00.000Z');
  expect(since('2026-08-24T09:00:00Z', summer)).toBe(null);
  expect(since('2026-08-21T09:00:00Z', () => true)).toBe('2025-08-19T22:00:00.000Z');
});

test('the holidays of France are those that quiet hours know, and overseas has its own', async () => {
  for (const year of [2024, 2026, 2029, 2030]) {
    const [paris, reunion] = ['Europe/Paris', 'Indian/Reunion'].map((timeZone) => ({ country: 'FR', timeZone }));
    for (const place of [paris, reunion]) {
      if (!place) continue;
      const found = await publicHolidays(place, year, 'fr');
      expect(found.map(({ day }) => day)).toEqual(
        frenchHolidays(year, place.timeZone)
          .map(({ day }) => `${year}-${day}`)
          .toSorted(),
      );
    }
  }
  expect((await publicHolidays({ country: 'BE', timeZone: 'Europe/Brussels' }, 2026, 'fr')).at(-1)).toEqual({
    day: '2026-12-25',
    name: 'Noël',
  });
  expect(await publicHolidays({ country: 'AQ', timeZone: 'UTC' }, 2026, 'fr')).toEqual([]);
});

test('a reply on 14 July is answered out of hours where that is off, and so is a closure’s', async () => {
  await using api = await startApi();
  const shops = [await anAccount(api), await anAccount(api), await anAccount(api)];
  const { premiumId } = await carriers(api);
  const hours: Opening[] = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' }));
  const [open, holidays, closure] = shops;
  await open?.call('PUT', '/out-of-hours', { ...SETTING, hours });
  await holidays?.call('PUT', '/out-of-hours', { ...SETTING, hours, holidays: true });
  await closure?.call('PUT', '/out-of-hours', { ...SETTING, hours, closed: [{ from: '2026-07-10', to: '2026-07-20' }] });
  const at = new Date('2026-07-14T10:00:00Z');
  const answered: string[][] = [];
  for (const shop of shops) {
    const { id: conversationId } = await aConversation(api.db, { account: shop.id, carrierId: premiumId });
    const reply = { id: newId(), carrier_id: premiumId, from_number: '+33612000001', reply_code: '36200', text: 'Bonjour' };
    const filed: Filed = {
      reply: { ...reply, received_at: at, partial: false },
      accountId: shop.id,
      attribution: { method: 'none', reason: 'no-candidate', candidates: [] },
      answered: null,
      hidden: false,
      keyword: null,
      optOut: false,
      rule: null,
      conversationId,
      sequence: 1,
    };
    const found = await transaction(api.db.pool, (client) => outOfHours(client, [filed], at));
    answered.push(found.map(({ text }) => text));
  }
  expect(answered).toEqual([[], [SETTING.text], [SETTING.text]]);
  const { body } = (await holidays?.call('GET', '/out-of-hours?language=en')) ?? {};
  expect([body.holidays, body.country, body.coming.length]).toEqual([true, 'FR', 5]);
  // Named in the language that is asked for, else in the account's, which speaks French.
  const inFrench = (await holidays?.call('GET', '/out-of-hours', undefined, { 'accept-language': '*' }))?.body;
  const namesOf = (of: typeof body): string[] => of.coming.map(({ name }: { name: string }) => name);
  expect(namesOf(body).filter((name) => namesOf(inFrench).includes(name))).toEqual([]);
  expect((await holidays?.call('GET', '/out-of-hours', undefined, { 'accept-language': 'en' }))?.body).toEqual(body);
});

/** Open for one minute a week, two days from now: closed for five days. */
const closedNow = (): Opening[] => [{ day: ((((new Date().getUTCDay() + 6) % 7) + 2) % 7) + 1, from: '12:00', to: '12:01' }];
const SETTING = { enabled: true, text: 'Fermé, à demain !' };

test('once a conversation and closed time; none to STOP, keyword, old reply, blocked or gone', async () => {
  await using api = await startApi();
  const shop = await anAccount(api, { timeZone: 'UTC' });
  const { premiumId } = await carriers(api);
  const file = filing(api);
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
  const { items } = (await shop.call('GET', '/conversations')).body;
  const theirs = items.find((each: { phone: string }) => each.phone === four);
  await shop.call('PATCH', `/conversations/${theirs.id}`, { state: 'blocked' });
  await hear(four, 'Bonjour');
  for (const silent of [two, three, four, '36111']) expect(await answers(silent)).toEqual([]);
  // What was answered before it closed last belongs to another period.
  await answeredLongAgo(api.db, one);
  await hear(one, 'Re-bonjour');
  expect(await answers(one)).toHaveLength(2);
  await shop.call('PUT', '/out-of-hours', { ...SETTING, enabled: false, hours: closedNow() });
  await hear(five, 'Bonjour');
  expect(await answers(five)).toEqual([]);
});

test('hours that end before they begin, a bad text, and an answer without hours are refused', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const fields = async (body: object) =>
    (await shop.call('PUT', '/out-of-hours', body)).body.errors?.map(({ field }: { field: string }) => field);
  expect(await fields({ ...SETTING, hours: [{ day: 1, from: '18:00', to: '09:00' }] })).toEqual(['hours.0']);
  expect(await fields({ ...SETTING, text: '', hours: WEEK })).toEqual(['text']);
  expect(await fields({ ...SETTING, hours: [] })).toEqual(['hours']);
  const closed = [{ from: '2026-08-21', to: '2026-08-03' }];
  expect(await fields({ ...SETTING, hours: WEEK, closed })).toEqual(['closed.0']);
  expect(await fields({ ...SETTING, hours: WEEK, closed: [{ from: '2026-02-30', to: '2026-03-01' }] })).toEqual([
    'closed[0].from',
  ]);
  expect(await fields({ ...SETTING, hours: [{ day: 8, from: '9:00', to: '25:00' }] })).toHaveLength(3);
  expect((await shop.call('GET', '/out-of-hours')).body).toMatchObject({ enabled: false, text: '', hours: [] });
});

test('who writes while nobody is there gets the answer on the phone, same conversation, once', async () => {
  await using app = await startApp({ ways: { email: false, callback: false } });
  const day = (later: number): string => new Date(Date.now() + later * 86_400_000).toISOString().slice(0, 10);
  const hours = [1, 2, 3, 4, 5, 6, 7].map((each) => ({ day: each, from: '00:00', to: '24:00' }));
  await app.account.send('PUT', '/v1/out-of-hours', { ...SETTING, hours, closed: [{ from: day(-1), to: day(1) }] });
  await app.ended(await app.campaign([{ to: phone(1) }]));
  await app.world.phones.reply(phone(1), 'Vous êtes ouverts ?');
  const sent = () => app.world.phones.received.filter(({ text }) => text === SETTING.text);
  await until('the phone has the answer', () => sent().length > 0);
  await app.world.phones.reply(phone(1), 'D’accord');
  await until('both replies are filed', async () => (await app.replies()).length === 2);
  const stored = await app.rows('select id from messages where automatic is not null');
  expect([stored.length, sent().length]).toEqual([1, 1]);
}, 60_000);
