import { expect, test } from 'vitest';
import { createRenewRentals } from '../../activities/numbers/renew-rentals.ts';
import { rows } from '../../database/sql.ts';
import { textOf } from '../../dev/seed.ts';
import { QUARANTINE_MS } from '../../domain/numbers/rental.ts';
import { openClient } from '../../temporal/connect.ts';
import { RENTALS_SCHEDULE } from '../../temporal/schedules.ts';
import { anAccount, carriers, freeNumbers, startApi, type TestAccount, type TestApi } from '../fixtures/api.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { releasedAgo, rentedInJanuary, rentedUntil } from '../fixtures/states/numbers.ts';

/** Virtual numbers in stock, of one country. */
async function stock(api: TestApi, numbers: string[], country = 'FR') {
  const { premiumId } = await carriers(api);
  for (const number of numbers) {
    const made = await api.asOperator('POST', '/numbers', { number, kind: 'virtual', carrier: premiumId, country });
    expect(made.status).toBe(201);
  }
}
async function free(api: TestApi, numbers: string[], country?: string) {
  await stock(api, numbers, country);
  await freeNumbers(api);
}
const rent = (shop: TestAccount, body: object) => shop.call('POST', '/numbers/rent', body);
const offered = async (shop: TestAccount): Promise<string[]> =>
  (await shop.call('GET', '/numbers/offers')).body.items.map(({ number }: { number: string }) => number);
const [ONE, TWO] = ['+33644000001', '+33644000002'] as const;

/** The nightly work on a database, until there is none left. */
async function night({ db }: Pick<TestApi, 'db'>) {
  let woken = 0;
  const { renewRentals } = createRenewRentals({ pool: db.pool, wake: { wake: async () => void woken++ } });
  while (await renewRentals());
  return woken;
}

test('two rentals of one number at once: one wins, the other is told what to choose from', async () => {
  await using api = await startApi();
  await free(api, [ONE]);
  const shops = await Promise.all([anAccount(api), anAccount(api), anAccount(api)]);
  const answers = await Promise.all(shops.map((shop) => rent(shop, { number: ONE })));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
  const refused = answers.find(({ status }) => status === 409);
  expect(refused?.body).toMatchObject({
    code: 'number-unavailable',
    errors: [{ field: 'number', remedy: expect.stringContaining('offers') }],
  });
  expect(await rows(api.db.pool, 'select account_id from numbers where account_id is not null')).toHaveLength(1);
});

test('a rented number is on offer to nobody, listed with month and price, and charged once', async () => {
  await using api = await startApi();
  await stock(api, [ONE, TWO]);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const price = (amount: string, fields: object = {}) =>
    api.asOperator('POST', '/prices', { kind: 'number-month', country: 'FR', amount, ...fields });
  await price('9', { country: '*' });
  await price('5.5', { validFrom: '2020-01-01T00:00:00Z' });
  await price('6.25', { validFrom: '2021-01-01T00:00:00Z' });
  await price('99', { validFrom: '2100-01-01T00:00:00Z' });
  await price('4.123456', { account: other.id, validFrom: '2020-01-01T00:00:00Z' });
  const mine = await rent(shop, { country: 'FR', renews: false });
  expect(mine).toMatchObject({
    status: 201,
    body: { number: ONE, renews: false, pricePerMonth: { amount: '6.25', currency: 'EUR' } },
  });
  expect(await offered(other)).toEqual([TWO]);
  const [offer] = (await other.call('GET', '/numbers/offers?country=FR')).body.items;
  expect(offer.pricePerMonth.amount).toBe('4.123456');
  expect((await shop.call('GET', '/numbers')).body.items).toEqual([mine.body]);
  expect((await other.call('GET', '/numbers')).body.items).toEqual([]);
  expect((await shop.call('PATCH', `/numbers/${mine.body.id}`, { renews: true })).body.renews).toBe(true);
  const charges = await rows(api.db.pool, 'select account_id, micros::int, since, until from number_charges');
  expect(charges).toEqual([
    { account_id: shop.id, micros: 6_250_000, since: new Date(mine.body.rentedAt), until: new Date(mine.body.rentedUntil) },
  ]);
});

test('a released number rests 31 days: late replies are its last renter’s, who may have it back', async () => {
  await using api = await startApi();
  await free(api, [ONE]);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const { id } = (await rent(shop, { number: ONE })).body;
  expect((await other.call('POST', `/numbers/${id}/release`)).status).toBe(404);
  expect((await shop.call('POST', `/numbers/${id}/release`)).status).toBe(204);
  const facts = await rows(
    api.db.pool,
    'select account_id, last_account_id, rented_at, released_at is not null as released from numbers where id = $1',
    [id],
  );
  expect(facts).toEqual([{ account_id: null, last_account_id: shop.id, rented_at: null, released: true }]);
  expect([await offered(shop), await offered(other)]).toEqual([[ONE], []]);
  expect((await rent(other, { number: ONE })).status).toBe(409);
  expect((await rent(shop, { number: ONE })).status).toBe(201);
  await shop.call('POST', `/numbers/${id}/release`);
  const age = (ms: number) => releasedAgo(api.db, id, ms);
  await age(QUARANTINE_MS - 60_000);
  expect((await rent(other, { country: 'FR' })).status).toBe(409);
  await age(QUARANTINE_MS + 1000);
  expect((await rent(other, { country: 'FR' })).status).toBe(201);
});

test('a rental’s end is told a week before, then released; a renewed one is charged by month', async () => {
  await using api = await startApi();
  await stock(api, [ONE, TWO]);
  await api.asOperator('POST', '/prices', {
    kind: 'number-month',
    country: '*',
    amount: '3',
    validFrom: '2020-01-01T00:00:00Z',
  });
  const shop = await anAccount(api);
  await api.asOperator('PATCH', `/accounts/${shop.id}/reply-settings`, { emails: [{ address: 'someone@example.com' }] });
  const ends = (await rent(shop, { number: ONE, renews: false })).body.id;
  const goesOn = (await rent(shop, { number: TWO })).body.id;
  const told = () => rows(api.db.pool, 'select kind, data from notices order by created_at, kind');
  expect(await night(api)).toBe(0);
  await rentedUntil(api.db, ends, '6 days');
  await rentedUntil(api.db, goesOn, '6 days');
  expect([await night(api), await night(api)]).toEqual([1, 0]);
  expect(await told()).toMatchObject([{ kind: 'number-expiring', data: { number: ONE } }]);

  await rentedUntil(api.db, ends, '-1 second');
  // Two nights were missed at the end of two months, the first of them the 31st.
  await rentedInJanuary(api.db, goesOn);
  await night(api);
  expect(await shop.call('GET', `/numbers/${ends}`)).toMatchObject({ status: 404 });
  const now = (await shop.call('GET', `/numbers/${goesOn}`)).body;
  expect(new Date(now.rentedUntil).getTime()).toBeGreaterThan(Date.now());
  const charges = await rows<{ since: Date; until: Date; micros: string }>(
    api.db.pool,
    'select since, until, micros from number_charges order by since',
  );
  expect(charges.slice(0, 2)).toEqual([
    { since: new Date('2026-02-28T12:00:00Z'), until: new Date('2026-03-31T12:00:00Z'), micros: '3000000' },
    { since: new Date('2026-03-31T12:00:00Z'), until: new Date('2026-04-30T12:00:00Z'), micros: '3000000' },
  ]);
  const kinds = (await told()).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'number-renewed')).toHaveLength(charges.length);
  expect(kinds.filter((kind) => kind === 'number-released')).toHaveLength(1);
});

test('the operator takes a number back with a reason, and its renter is told', async () => {
  await using api = await startApi();
  await free(api, [ONE]);
  const shop = await anAccount(api);
  await api.asOperator('PATCH', `/accounts/${shop.id}/reply-settings`, { emails: [{ address: 'someone@example.com' }] });
  const { id } = (await rent(shop, { number: ONE })).body;
  const taken = await api.asOperator('POST', `/numbers/${id}/release`, { reason: 'not paid' });
  expect(taken).toMatchObject({ status: 200, body: { account: null, lastAccount: shop.id, restsUntil: expect.any(String) } });
  expect(await rows(api.db.pool, 'select kind from notices')).toEqual([{ kind: 'number-released' }]);
  const acts = await rows(
    api.db.pool,
    `select action, account_id from audit_log where action ~ '^number.(rent|take)' order by id`,
  );
  expect(acts).toEqual([
    { action: 'number.rent', account_id: shop.id },
    { action: 'number.take-back', account_id: shop.id },
  ]);
  expect((await api.asOperator('POST', `/numbers/${id}/release`, { reason: 'again' })).status).toBe(409);
});

test.each([
  ['nothing named', 'on', {}, 400, 'invalid-request'],
  ['both named', 'on', { number: ONE, country: 'FR' }, 400, 'invalid-request'],
  ['no stock there', 'on', { country: 'BE' }, 409, 'number-unavailable'],
  ['two-way SMS is off', 'off', { number: ONE }, 403, 'two-way-off'],
] as const)('a rental is refused by name and nothing is stored: %s', async (_, twoWay, body, status, code) => {
  await using api = await startApi();
  await stock(api, [ONE]);
  const shop = await anAccount(api, { twoWay });
  expect(await rent(shop, body)).toMatchObject({ status, body: { code } });
  expect(await rows(api.db.pool, 'select 1 from numbers where account_id is not null')).toEqual([]);
});

test('what comes to a rented number without a campaign is its renter’s, in a conversation', async () => {
  await using app = await startApp({ ways: { callback: true } });
  await app.operator.send('POST', '/v1/operator/numbers', { number: ONE, kind: 'virtual', carrier: app.smppId, country: 'FR' });
  await app.operator.send('POST', '/v1/operator/prices', { kind: 'number-month', country: 'FR', amount: '0' });
  const id = textOf(await app.account.send('POST', '/v1/numbers/rent', { number: ONE, renews: false }), 'id');
  await until('the line is up', async () => (await app.rows('select 1 from carrier_sessions where closed_at is null'))[0]);
  await app.world.smsc.deliver({ from: phone(1), to: ONE.slice(1), text: 'Bonjour, êtes-vous ouverts ?' });
  const call = await until('the endpoint has it', () => app.world.endpoint.calls[0]);
  expect(JSON.parse(call.body)).toMatchObject({
    data: {
      reply: { from: phone(1), to: ONE },
      campaign: null,
      conversationId: expect.any(String),
      attribution: { method: 'rented-number', accountId: app.accountId },
    },
  });
  await rentedUntil(app.db, id, '-1 second');
  const settings = { address: app.config.TEMPORAL_ADDRESS, namespace: app.config.TEMPORAL_NAMESPACE, tls: false };
  const { client, connection } = openClient(settings);
  await client.schedule.getHandle(RENTALS_SCHEDULE).trigger();
  await until('it is released', async () => (await app.rows('select 1 from numbers where released_at is not null'))[0]);
  await connection.close();
});
