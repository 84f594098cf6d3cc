import { expect, test } from 'vitest';
import { matchOrphans, storeReceipts } from '../../activities/sending/ingest-receipts.ts';
import { acquireSlot } from '../../activities/sending/slot-lease.ts';
import { settleAndClaim } from '../../activities/sending/claim-and-settle.ts';
import { rows, transaction } from '../../database/sql.ts';
import { textOf } from '../../dev/seed.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { aMessage } from '../fixtures/rows.ts';

type Told = { type: string; data: { message: { reference: string; state: string; reason: string | null } } };

/** Two accounts with a message each; one has an endpoint that hears of its messages. */
async function startDesk() {
  const api = await startApi();
  const { premiumId } = await carriers(api);
  const [hearing, deaf] = [await anAccount(api), await anAccount(api)];
  await hearing.call('POST', '/callback-endpoints', {
    url: 'https://example.com/in',
    types: ['message.delivered', 'message.undelivered'],
  });
  await deaf.call('POST', '/callback-endpoints', { url: 'https://example.com/in' });
  let owed = 0;
  return {
    api,
    premiumId,
    owed: () => owed,
    message: (whose: 'hearing' | 'deaf', reference: string, state: 'accepted' | 'queued' = 'accepted') =>
      aMessage(api.db, { accountId: (whose === 'hearing' ? hearing : deaf).id, carrierId: premiumId, state, reference }),
    receive: (...receipts: { messageId: string; status: 'accepted' | 'delivered' | 'undelivered' | 'expired' | 'unknown' }[]) =>
      storeReceipts(
        api.db.pool,
        { carrierId: premiumId, country: 'FR' },
        receipts.map((receipt) => ({ ...receipt, reference: '', from: '', to: '', error: null, at: new Date() })),
        () => owed++,
      ),
    told: async (): Promise<Told[]> =>
      (await rows<{ body: string }>(api.db.pool, 'select body from events order by position')).map(({ body }) =>
        JSON.parse(body),
      ),
    deliveries: async () => (await rows(api.db.pool, 'select from deliveries')).length,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

test('an account that chose so hears once that a message arrived, by its reference; others not', async () => {
  await using desk = await startDesk();
  const [one, two, other] = [
    await desk.message('hearing', 'order-1'),
    await desk.message('hearing', 'order-2'),
    await desk.message('deaf', 'order-3'),
  ];
  await desk.receive(
    { messageId: one.id, status: 'delivered' },
    { messageId: two.id, status: 'undelivered' },
    { messageId: other.id, status: 'delivered' },
  );
  const told = await desk.told();
  expect(
    told.map(({ type, data }) => [type, data.message.reference]).toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
  ).toEqual([
    ['message.delivered', 'order-1'],
    ['message.undelivered', 'order-2'],
  ]);
  expect([await desk.deliveries(), desk.owed()]).toEqual([2, 1]);
  // The same receipts again, and one that says less, are no news.
  await desk.receive({ messageId: one.id, status: 'delivered' }, { messageId: two.id, status: 'undelivered' });
  await desk.receive({ messageId: one.id, status: 'unknown' });
  expect(await desk.told()).toHaveLength(2);
});

test('receipts of one message that race each other tell of it once', async () => {
  await using desk = await startDesk();
  const message = await desk.message('hearing', 'order-1');
  await Promise.all(Array.from({ length: 6 }, () => desk.receive({ messageId: message.id, status: 'delivered' })));
  expect(await desk.told()).toHaveLength(1);
});

test('a receipt that was there before the answer to its submission is told of too', async () => {
  await using desk = await startDesk();
  const { pool } = desk.api.db;
  const slot = await acquireSlot(pool, desk.premiumId, 0, 'test');
  if (!slot) throw new Error('The slot is taken');
  const messages = [await desk.message('hearing', 'order-1', 'queued'), await desk.message('deaf', 'order-2', 'queued')];
  const ids = messages.map(({ id }) => id);
  await settleAndClaim(pool, slot, { wanted: ids });
  const receipt = { messageId: null, status: 'delivered', from: '', to: '', error: null, at: new Date() } as const;
  await storeReceipts(
    pool,
    { carrierId: desk.premiumId, country: 'FR' },
    ids.map((reference) => ({ ...receipt, reference })),
  );
  const settled = ids.map((id) => ({ id, result: { outcome: 'accepted' as const, references: [id] } }));
  await settleAndClaim(pool, slot, { settled });
  await matchOrphans(pool);
  expect(await rows(pool, 'select distinct state from messages')).toEqual([{ state: 'delivered' }]);
  expect((await desk.told()).map(({ type, data }) => [type, data.message.reference])).toEqual([['message.delivered', 'order-1']]);
  await matchOrphans(pool);
  expect(await desk.told()).toHaveLength(1);
});

test('a receipt whose reference is stored while it looks for its message is told of too', async () => {
  await using desk = await startDesk();
  const { pool } = desk.api.db;
  const slot = await acquireSlot(pool, desk.premiumId, 0, 'test');
  if (!slot) throw new Error('The slot is taken');
  const { id } = await desk.message('hearing', 'order-1', 'queued');
  await settleAndClaim(pool, slot, { wanted: [id] });
  let receiving: Promise<unknown> = Promise.resolve();
  await transaction(pool, async (turn) => {
    // Nobody else may write references before the turn is over: a receipt that comes now waits in its middle.
    await turn.query('lock table message_references in share mode');
    const receipt = { messageId: null, status: 'delivered', from: '', to: '', error: null, at: new Date() } as const;
    receiving = storeReceipts(pool, { carrierId: desk.premiumId, country: 'FR' }, [{ ...receipt, reference: id }]);
    await until('it waits', async () => (await rows(pool, 'select from pg_locks where not granted')).length > 0);
    await settleAndClaim(turn, slot, { settled: [{ id, result: { outcome: 'accepted', references: [id] } }] });
  });
  await receiving;
  await matchOrphans(pool);
  expect((await desk.told()).map(({ type, data }) => [type, data.message.reference])).toEqual([['message.delivered', 'order-1']]);
});

test('a segment that is denied after another arrived is told of, for it is so', async () => {
  await using desk = await startDesk();
  const message = await desk.message('hearing', 'order-1');
  await desk.receive({ messageId: message.id, status: 'accepted' });
  await desk.receive({ messageId: message.id, status: 'delivered' });
  await desk.receive({ messageId: message.id, status: 'expired' });
  expect((await desk.told()).map(({ type, data }) => [type, data.message.state])).toEqual([
    ['message.delivered', 'delivered'],
    ['message.undelivered', 'expired'],
  ]);
});

test('a campaign’s arrivals are told, and a STOP when it is filed, by callback and by pull', async () => {
  await using app = await startApp({ ways: {} });
  const endpoint = await app.account.send('POST', '/v1/callback-endpoints', {
    url: `${app.world.endpoint.url}/hook/crm`,
    types: ['message.delivered', 'contact.opted-out'],
  });
  app.world.endpoint.addSecret(textOf(endpoint, 'secret'));
  await app.campaign([
    { to: phone(1), reference: 'order-1' },
    { to: phone(2), reference: 'order-2' },
  ]);
  const calls = await until('both are told of', () => app.world.endpoint.calls.length === 2 && [...app.world.endpoint.calls]);
  expect(calls.every((call) => call.verified)).toBe(true);
  const told: Told[] = calls.map((call) => JSON.parse(call.body));
  expect(
    told
      .map(({ type, data }) => [type, data.message.reference, data.message.state])
      .toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
  ).toEqual([
    ['message.delivered', 'order-1', 'delivered'],
    ['message.delivered', 'order-2', 'delivered'],
  ]);
  await app.world.phones.reply(phone(1), 'STOP');
  const stop = await until('the STOP is told of', () => app.world.endpoint.calls[2]);
  expect(JSON.parse(stop.body)).toMatchObject({
    type: 'contact.opted-out',
    data: { phone: phone(1), message: { reference: 'order-1' } },
  });
  await app.world.phones.reply(phone(1), 'STOP');
  await until('the second is filed', async () => (await app.replies()).length === 2);
  // The first STOP was confirmed by a message, and that one arrives as well.
  await until('all is told of', async () => (await app.rows('select from events')).length === 7);
  const pulled = await app.account.get('/v1/events');
  const types = (await app.rows<{ type: string }>('select type from events order by position')).map(({ type }) => type);
  expect(types.toSorted()).toEqual([
    'contact.opted-out',
    'message.delivered',
    'message.delivered',
    'message.delivered',
    'reply.received',
    'reply.received',
    'two-way.enabled',
  ]);
  expect(pulled).toMatchObject({ items: types.map((type) => ({ type })) });
});
