import { randomUUID } from 'node:crypto';
import type { RequiredEntityData } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { endDoubts } from '../../activities/sending/in-doubt.ts';
import { createReceiptIngest, matchOrphans, storeReceipts } from '../../activities/sending/ingest-receipts.ts';
import { acquireSlot } from '../../activities/sending/slot-lease.ts';
import { settleAndClaim } from '../../activities/sending/claim-and-settle.ts';
import type { InboundReceipt } from '../../carriers/carrier.ts';
import type { Message } from '../../database/sending/message.ts';
import { rows, transaction } from '../../database/sql.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { until } from '../fixtures/app.ts';
import { aMessage } from '../fixtures/rows.ts';
import { timePasses } from '../fixtures/states/time.ts';

const unanswered = { outcome: 'unknown', reason: 'no answer in time' } as const;
const A_RECEIPT: InboundReceipt = {
  reference: '',
  messageId: null,
  from: '36200',
  to: '33612000001',
  status: 'delivered',
  error: null,
  at: new Date(),
};
type Fields = Partial<RequiredEntityData<Message>>;

/** A carrier with a slot held here, and messages that go through it. */
async function startDesk() {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const { premiumId } = await carriers(api);
  const { pool } = api.db;
  const slot = await acquireSlot(pool, premiumId, 0, 'test');
  if (!slot) throw new Error('The slot is taken');
  const running = stack.move();
  const queued: Fields = { carrierId: premiumId, sender: '36200', state: 'queued', epoch: null, submittedAt: null };
  return {
    api,
    pool,
    premiumId,
    slot,
    queue: (fields: Fields = {}) => aMessage(api.db, { ...queued, ...fields }),
    /** Submitted, and never answered. */
    async doubtful(fields: Fields = {}): Promise<string> {
      const { id } = await aMessage(api.db, { ...queued, ...fields });
      expect(await settleAndClaim(pool, slot, { wanted: [id] })).toEqual([{ id, state: 'submitting' }]);
      await settleAndClaim(pool, slot, { settled: [{ id, result: unanswered }] });
      return id;
    },
    receive: (receipt: Partial<InboundReceipt> = {}) =>
      storeReceipts(pool, { carrierId: premiumId, country: 'FR' }, [
        { ...A_RECEIPT, reference: randomUUID(), at: new Date(), ...receipt },
      ]),
    async stateOf(id: string) {
      const [row] = await rows<{ state: string }>(pool, 'select state from messages where id = $1', [id]);
      return row?.state;
    },
    doubts: async () =>
      (await rows<{ message_id: string }>(pool, 'select message_id from doubts order by 1')).map((row) => row.message_id),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test.for<[Partial<InboundReceipt>, string]>([
  [{}, 'delivered'],
  [{ status: 'undelivered', error: '045' }, 'undelivered'],
  [{ status: 'accepted' }, 'accepted'],
  [{ to: '+33612000002' }, 'in_doubt'],
  [{ to: '0612000001' }, 'delivered'],
  [{ from: '36201' }, 'in_doubt'],
  [{ at: new Date(Date.now() - 600_000) }, 'in_doubt'],
  [{ at: new Date(Date.now() + 50 * 3_600_000) }, 'in_doubt'],
])('a receipt %o of a message in doubt makes it %s, by who wrote to whom and when', async ([receipt, state]) => {
  await using desk = await startDesk();
  const id = await desk.doubtful();
  await desk.receive(receipt);
  expect(await desk.stateOf(id)).toBe(state);
  expect(await desk.doubts()).toEqual(state === 'in_doubt' ? [id] : []);
});

test('a copy of the receipt that resolved a doubt changes nothing; one that says more does', async () => {
  await using desk = await startDesk();
  const id = await desk.doubtful();
  for (const status of ['delivered', 'delivered', 'undelivered'] as const) await desk.receive({ reference: 'abc', status });
  expect(await desk.stateOf(id)).toBe('undelivered');
  expect(await rows(desk.pool, 'select 1 from orphan_receipts')).toEqual([]);
});

test('our own reference in a receipt names its message whatever else could be meant', async () => {
  await using desk = await startDesk();
  const [one, other] = [await desk.doubtful(), await desk.doubtful()];
  await desk.receive({ messageId: other });
  expect([await desk.stateOf(one), await desk.stateOf(other)]).toEqual(['in_doubt', 'delivered']);
});

test('a receipt that could mean two messages resolves neither, now or when one is left', async () => {
  await using desk = await startDesk();
  const [one, other] = [await desk.doubtful(), await desk.doubtful()];
  await desk.receive({ status: 'undelivered' });
  expect([await desk.stateOf(one), await desk.stateOf(other)]).toEqual(['in_doubt', 'in_doubt']);
  await desk.receive({ messageId: one });
  await matchOrphans(desk.pool);
  expect(await desk.stateOf(other)).toBe('in_doubt');
});

test('a message that was accepted and has no receipt yet may be the one that is meant', async () => {
  await using desk = await startDesk();
  const id = await desk.doubtful();
  await desk.queue({ state: 'accepted', submittedAt: new Date() });
  await desk.receive();
  expect(await desk.stateOf(id)).toBe('in_doubt');
});

test('a receipt that came before its message was in doubt is tried again by the sweep', async () => {
  await using desk = await startDesk();
  const { id } = await desk.queue();
  await settleAndClaim(desk.pool, desk.slot, { wanted: [id] });
  await desk.receive();
  expect(await desk.stateOf(id)).toBe('submitting');
  await settleAndClaim(desk.pool, desk.slot, { settled: [{ id, result: unanswered }] });
  await matchOrphans(desk.pool);
  expect(await desk.stateOf(id)).toBe('delivered');
  expect(await rows(desk.pool, 'select 1 from orphan_receipts')).toEqual([]);
});

test('a receipt stored while its turn is under way finds its message when the turn is over', async () => {
  await using desk = await startDesk();
  const { id } = await desk.queue();
  await settleAndClaim(desk.pool, desk.slot, { wanted: [id] });
  const ingest = createReceiptIngest(desk.pool, desk.premiumId, 'FR', () => {});
  await transaction(desk.pool, async (client) => {
    await settleAndClaim(client, desk.slot, { settled: [{ id, result: { outcome: 'accepted', references: ['m-1'] } }] });
    // Neither sees the other: the turn is not committed yet, and its look for orphans is over.
    await ingest({ ...A_RECEIPT, reference: 'm-1', from: '36299', to: '33612009999' });
    expect(await desk.stateOf(id)).toBe('submitting');
  });
  await until('it is delivered', async () => (await desk.stateOf(id)) === 'delivered');
  await until('none is left over', async () => (await rows(desk.pool, 'select 1 from orphan_receipts')).length === 0);
});

test('after 48 hours a doubt ends as unknown, and a receipt that comes later is still believed', async () => {
  await using desk = await startDesk();
  const [old, young] = [await desk.doubtful(), await desk.doubtful({ toNumber: '+33612000002' })];
  await timePasses(desk, '48 hours 1 minute', { doubts: ['since'] }, { message_id: old });
  expect(await endDoubts(desk.pool)).toBe(1);
  expect([await desk.stateOf(old), await desk.stateOf(young)]).toEqual(['unknown', 'in_doubt']);
  expect(await desk.doubts()).toEqual([young]);
  await desk.receive({ messageId: old });
  expect(await desk.stateOf(old)).toBe('delivered');
});

test('what a dead holder left on its way is in doubt, and listed', async () => {
  await using desk = await startDesk();
  const { id } = await desk.queue();
  await settleAndClaim(desk.pool, desk.slot, { wanted: [id] });
  await timePasses(desk, '1 hour', { carrier_slots: ['lease_until'] });
  await acquireSlot(desk.pool, desk.premiumId, 0, 'another');
  expect(await desk.stateOf(id)).toBe('in_doubt');
  expect(await desk.doubts()).toEqual([id]);
});

test('an alert that chose so is sent once more after a doubt, never twice; nothing else ever is', async () => {
  await using desk = await startDesk();
  const shop = await anAccount(desk.api);
  const campaign = { name: 'n', route: 'premium', sender: 'Alertes', text: 'Crue', recipients: [{ to: '+33612000009' }] };
  const refused = await shop.call('POST', '/campaigns', { ...campaign, resendInDoubt: true });
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'resendInDoubt' }] } });
  const alert = await shop.call('POST', '/campaigns', { ...campaign, purpose: 'transactional', resendInDoubt: true });
  expect(alert).toMatchObject({ status: 202, body: { resendInDoubt: true } });
  const other = await shop.call('POST', '/campaigns', { ...campaign, purpose: 'transactional' });

  const again = await desk.doubtful({ campaignId: alert.body.id, row: 2 });
  const never = await desk.doubtful({ campaignId: other.body.id, row: 2, toNumber: '+33612000003' });
  expect([await desk.stateOf(again), await desk.stateOf(never)]).toEqual(['queued', 'in_doubt']);
  expect(await settleAndClaim(desk.pool, desk.slot, { wanted: [again] })).toEqual([]);
  await timePasses(desk, '1 hour', { messages: ['not_before'] }, { id: again });
  expect(await settleAndClaim(desk.pool, desk.slot, { wanted: [again] })).toEqual([{ id: again, state: 'submitting' }]);
  await settleAndClaim(desk.pool, desk.slot, { settled: [{ id: again, result: unanswered }] });
  expect(await desk.stateOf(again)).toBe('in_doubt');
});

test('a receipt of the first try keeps the second from being sent', async () => {
  await using desk = await startDesk();
  const shop = await anAccount(desk.api);
  const campaign = { name: 'n', route: 'premium', sender: 'Alertes', text: 'Crue', recipients: [{ to: '+33612000009' }] };
  const alert = await shop.call('POST', '/campaigns', { ...campaign, purpose: 'transactional', resendInDoubt: true });
  const id = await desk.doubtful({ campaignId: alert.body.id, row: 2 });
  await desk.receive({ messageId: id });
  expect(await desk.stateOf(id)).toBe('delivered');
});

test('an operator sees how many are in doubt, since when and by which carrier, and lists them', async () => {
  await using desk = await startDesk();
  expect((await desk.api.asOperator('GET', '/in-doubt')).body).toEqual({ count: 0, carriers: [] });
  const ids: string[] = [];
  for (const n of [1, 2, 3]) ids.push(await desk.doubtful({ toNumber: `+3361200000${n}` }));
  const summary = await desk.api.asOperator('GET', '/in-doubt');
  expect(summary.body).toEqual({
    count: 3,
    carriers: [{ carrier: desk.premiumId, name: 'operator-fr', count: 3, since: expect.any(String) }],
  });
  const first = await desk.api.asOperator('GET', '/in-doubt/messages?limit=2');
  const rest = await desk.api.asOperator('GET', `/in-doubt/messages?limit=2&cursor=${first.body.nextCursor}`);
  const listed = [...first.body.items, ...rest.body.items];
  expect(listed.map(({ id }) => id)).toEqual(ids);
  expect(listed[0]).toMatchObject({ carrier: desk.premiumId, reason: 'no answer in time', campaign: null });
  expect(rest.body.nextCursor).toBeNull();
  const elsewhere = await desk.api.asOperator('GET', `/in-doubt/messages?carrier=${randomUUID()}`);
  expect(elsewhere.body.items).toEqual([]);
});
