import { expect, test } from 'vitest';
import { claimCanaries } from '../../../activities/callbacks/claim-callbacks.ts';
import { recordEnded, type Ended } from '../../../activities/callbacks/record-attempts.ts';
import { createRunWaker, type LongRun } from '../../../activities/wake-run.ts';
import { newId } from '../../../database/ids.ts';
import { patientTransaction, rows } from '../../../database/sql.ts';
import { anAccount, startApi } from '../../fixtures/api.ts';
import { aDelivery } from '../../fixtures/rows.ts';
import { nameLonger } from '../../fixtures/states/accounts.ts';
import { idleEndpoints } from '../../fixtures/states/callbacks.ts';

const taken = (id: string, claim: string): Ended => ({
  id,
  claim,
  state: 'delivered',
  delayMs: null,
  class: 'ok',
  status: 200,
  timings: null,
  remoteAddress: null,
  responseHeaders: null,
  bodyExcerpt: null,
  error: null,
});

test('an attempt whose lease was taken over changes its own row alone; the claim decides', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const [late, holder] = [newId(), newId()];
  const { id } = await aDelivery(
    api.db,
    {
      accountId: shop.id,
      replyId: null,
      state: 'in_flight',
      claim: holder,
      leaseUntil: new Date(Date.now() + 60_000),
      nextAt: null,
    },
    { id: late, class: 'unknown', endedAt: null },
  );
  const delivery = () => rows(api.db.pool, 'select state, claim, delivered_at from deliveries where id = $1', [id]);
  await recordEnded(api.db.pool, [taken(id, late)]);
  expect(await rows(api.db.pool, 'select class from delivery_attempts where id = $1', [late])).toEqual([{ class: 'ok' }]);
  expect(await delivery()).toEqual([{ state: 'in_flight', claim: holder, delivered_at: null }]);
  await recordEnded(api.db.pool, [taken(id, holder)]);
  expect(await delivery()).toEqual([{ state: 'delivered', claim: null, delivered_at: expect.any(Date) }]);
});

test('a run is signalled when it turns wanted, then not until it has looked, whoever wakes it', async () => {
  await using api = await startApi();
  const signalled: LongRun[] = [];
  const wake = createRunWaker({ pool: api.db.pool, signal: async (run) => void signalled.push(run) });
  const all = (): Promise<unknown> => Promise.all(Array.from({ length: 200 }, () => wake.wake('endpoint/a', 'retry-callbacks')));
  await all();
  expect(signalled.toSorted()).toEqual(['endpoint/a', 'retry-callbacks']);
  await wake.awake('endpoint/a');
  await all();
  expect(signalled.toSorted()).toEqual(['endpoint/a', 'endpoint/a', 'retry-callbacks']);
});

test('two who lock the same rows in another order both get their work done', async () => {
  await using api = await startApi();
  const both = [(await anAccount(api)).id, (await anAccount(api)).id];
  const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const rename = (ids: string[], me: number) =>
    patientTransaction(api.db.pool, async (client) => {
      for (const [index, id] of ids.entries()) {
        await nameLonger({ pool: client }, id, String(me));
        met[me]?.resolve();
        if (index === 0) await met[1 - me]?.promise;
      }
    });
  await Promise.all([rename(both, 0), rename(both.toReversed(), 1)]);
  const names = await rows<{ name: string }>(api.db.pool, 'select name from accounts where id = any($1::uuid[])', [both]);
  expect(names.map(({ name }) => name.replace('Boulangerie', '').split('').toSorted().join(''))).toEqual(['01', '01']);
});

test('a line that is down is tried with what is due, however many others were answered later', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { body } = await api.call('POST', '/v1/callback-endpoints', {
    key: shop.key,
    body: { url: 'https://shop.example/hook' },
  });
  const due = await aDelivery(api.db, { accountId: shop.id, replyId: null, endpointId: body.id });
  // A few hundred whose deliveries are all made.
  await idleEndpoints(api.db, 300);
  expect((await claimCanaries(api.db.pool, 5)).map(({ id }) => id)).toEqual([due.id]);
});
