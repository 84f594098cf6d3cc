import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LANES, PLACES, quotas, roomFor, type ByLane } from '../../../domain/callbacks/concurrency-lanes.ts';
import { afterAttempt } from '../../../domain/callbacks/delivery-state.ts';

const idle: ByLane = { fresh: 0, retry: 0, replay: 0 };
const lanes = (max: number) => fc.record({ fresh: fc.nat(max), retry: fc.nat(max), replay: fc.nat(max) });

test('of eight places fresh has four, retries three, replays one', () => {
  const crowd: ByLane = { fresh: 100, retry: 100, replay: 100 };
  expect(LANES.map((lane) => roomFor(lane, PLACES, idle, crowd))).toEqual([4, 3, 1]);
});

test('places that nobody waits for are lent', () => {
  expect(roomFor('fresh', PLACES, idle, { ...idle, fresh: 100 })).toBe(8);
  expect(roomFor('retry', PLACES, { ...idle, fresh: 2 }, { ...idle, retry: 100 })).toBe(6);
  expect(roomFor('replay', PLACES, idle, { fresh: 1, retry: 0, replay: 100 })).toBe(7);
});

test('never more than all, and no lane starves: who holds less than its share is next', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 4, 8), lanes(4), lanes(20), (places, busy, waiting) => {
      const used = LANES.reduce((sum, lane) => sum + busy[lane], 0);
      fc.pre(used <= places);
      for (const lane of LANES) {
        const room = roomFor(lane, places, busy, waiting);
        expect(used + room).toBeLessThanOrEqual(places);
        const owed = LANES.reduce(
          (sum, each) => sum + Math.max(0, Math.min(quotas(places)[each] - busy[each], waiting[each])),
          0,
        );
        const entitled = places - used >= owed && busy[lane] < quotas(places)[lane] && waiting[lane] > 0;
        expect(!entitled || room > 0).toBe(true);
      }
    }),
  );
});

test('while an endpoint recovers it is mostly backlog', () => {
  expect([1, 2, 4, 8].map((places) => quotas(places).fresh)).toEqual([0, 0, 1, 4]);
});

test('every end of an attempt: delivered, put off, exhausted, held; a probe spends nothing', () => {
  const attempted = { attempt: 1, retryAfterMs: null, random: () => 0.5, probe: false };
  expect(afterAttempt({ ...attempted, outcome: 'ok' })).toMatchObject({ state: 'delivered', spent: true });
  expect(afterAttempt({ ...attempted, outcome: 'failed' })).toMatchObject({ state: 'retrying', delayMs: 5000 });
  expect(afterAttempt({ ...attempted, outcome: 'failed', retryAfterMs: 60_000 })).toMatchObject({ delayMs: 60_000 });
  expect(afterAttempt({ ...attempted, outcome: 'failed', attempt: 13 })).toMatchObject({ state: 'exhausted', delayMs: null });
  expect(afterAttempt({ ...attempted, outcome: 'failed', attempt: 2, schedule: [0, 1] })).toMatchObject({ state: 'exhausted' });
  expect(afterAttempt({ ...attempted, outcome: 'gone' })).toMatchObject({ state: 'held', heldReason: 'gone', delayMs: null });
  expect(afterAttempt({ ...attempted, outcome: 'failed', attempt: 13, probe: true })).toEqual({
    state: 'held',
    heldReason: 'breaker',
    delayMs: 0,
    spent: false,
  });
});
