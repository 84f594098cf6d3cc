import { expect, test } from 'vitest';
import { createResultRecorder, type Recorded } from '../../../activities/callbacks/record-results.ts';
import { createRunWaker } from '../../../activities/wake-run.ts';
import { newId } from '../../../database/ids.ts';
import { rows } from '../../../database/sql.ts';
import { textOf } from '../../../dev/seed.ts';
import { anAccount, startApi } from '../../fixtures/api.ts';
import { aDelivery } from '../../fixtures/rows.ts';

/** An endpoint with deliveries in flight, and what its attempts came to. */
async function anEndpoint() {
  const api = await startApi();
  const shop = await anAccount(api);
  const { pool } = api.db;
  const { body } = await shop.call('POST', '/callback-endpoints', { url: 'https://shop.example.com/hook' });
  const endpointId = textOf(body, 'id');
  const wake = createRunWaker({ pool, signal: async () => {} });
  return {
    ...createResultRecorder({ pool, log: api.services.log, wake, onCallbacksDue: () => {} }),
    async ended(ok: boolean): Promise<Recorded> {
      const claim = newId();
      const leaseUntil = new Date(Date.now() + 10_000);
      const owed = { accountId: shop.id, replyId: null, endpointId, state: 'in_flight' as const, claim, leaseUntil };
      const { id } = await aDelivery(api.db, owed);
      const [kind, status] = ok ? (['ok', 200] as const) : (['http_5xx', 500] as const);
      const result = {
        class: kind,
        status,
        timings: null,
        remoteAddress: null,
        responseHeaders: null,
        bodyExcerpt: null,
        error: null,
      };
      const next = ok ? { state: 'delivered' as const, delayMs: null } : { state: 'retrying' as const, delayMs: 5000 };
      const outcome = ok ? ('ok' as const) : ('failed' as const);
      return {
        ended: { id, claim, startedAt: new Date(), ...next, ...result },
        tried: { endpointId, deliveryId: id, attempt: 1, outcome, probe: false, class: kind, status, mistaken: false },
        freed: null,
      };
    },
    counted: () =>
      rows(
        pool,
        'select sum(attempts)::int as attempts, sum(failures)::int as failures from endpoint_minutes where endpoint_id = $1 having count(*) > 0',
        [endpointId],
      ),
    written: (claim: string) => rows(pool, 'select class, number from delivery_attempts where id = $1', [claim]),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

test('a success is written down at once, and counted for its endpoint a little later', async () => {
  await using endpoint = await anEndpoint();
  const first = await endpoint.ended(true);
  await endpoint.record(first);
  expect(await endpoint.written(first.ended.claim)).toEqual([{ class: 'ok', number: 1 }]);
  expect(await endpoint.counted()).toEqual([]);
  await endpoint.count();
  expect(await endpoint.counted()).toEqual([{ attempts: 1, failures: 0 }]);
});

test('a failure counts at once with the successes before it: an endpoint opens by its share', async () => {
  await using endpoint = await anEndpoint();
  for (let n = 0; n < 3; n++) await endpoint.record(await endpoint.ended(true));
  await endpoint.record(await endpoint.ended(false));
  expect(await endpoint.counted()).toEqual([{ attempts: 4, failures: 1 }]);
  // Failures are counted: the next success clears them, and does not wait.
  await endpoint.record(await endpoint.ended(true));
  expect(await endpoint.counted()).toEqual([{ attempts: 5, failures: 1 }]);
});
