import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  transition,
  ALARMS,
  alarmsDue,
  FULL,
  isConfigurationError,
  newHealth,
  shownHealth,
  PROBE_WAITS,
  type HealthEvent,
  type Health,
  type HealthState,
  type Result,
  type Window,
} from '../../../domain/callbacks/endpoint-health.ts';

const HOUR = 3_600_000;
const calm: Window = { attempts: 1, failures: 0, several: false };
const result = (deliveryId: string, outcome: Result['outcome'], probe = false, attempt = 1): Result => ({
  deliveryId,
  outcome,
  probe,
  attempt,
});
const results = (window: Window, ...list: Result[]): HealthEvent => ({ kind: 'results', results: list, window });
const failing: Window = { attempts: 10, failures: 5, several: true };

const open = (at = 0): Health => transition(newHealth(0), results(failing, result('a', 'failed')), at);
const recovering = (at = 0): Health => transition(open(at), results(calm, result('b', 'ok', true)), at);

test('half of ten attempts failing in five minutes opens; nine attempts, or fewer, do not', () => {
  expect(open().state).toBe('open');
  const after9 = transition(newHealth(0), results({ attempts: 9, failures: 9, several: true }, result('a', 'failed')), 0);
  const afterLess = transition(newHealth(0), results({ attempts: 11, failures: 5, several: true }, result('a', 'failed')), 0);
  expect([after9.state, afterLess.state]).toEqual(['healthy', 'healthy']);
});

test('five timeouts in a row open; a success or another failure between them ends the row', () => {
  const row = (...outcomes: Result['outcome'][]) =>
    transition(newHealth(0), results(calm, ...outcomes.map((outcome, index) => result(String(index), outcome))), 0).state;
  expect(row('timeout', 'timeout', 'timeout', 'timeout', 'timeout')).toBe('open');
  expect(row('timeout', 'timeout', 'timeout', 'timeout', 'ok', 'timeout')).toBe('healthy');
  expect(row('timeout', 'timeout', 'timeout', 'timeout', 'failed', 'timeout')).toBe('healthy');
});

test('one failing delivery alone never opens', () => {
  const outcome = fc.constantFrom<Result['outcome']>('failed', 'timeout', 'ok');
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 60 }), (outcomes) => {
      let health = newHealth(0);
      let [attempts, failures] = [0, 0];
      for (const [index, each] of outcomes.entries()) {
        attempts++;
        if (each !== 'ok') failures++;
        health = transition(
          health,
          results({ attempts, failures, several: false }, result(each === 'ok' ? `ok ${index}` : 'poison', each)),
          index,
        );
      }
      expect(health.state).toBe('healthy');
    }),
  );
});

test('probes wait 30 s, 1, 2, 5, 10, then 15 minutes, as long as other deliveries fail them', () => {
  let health = open();
  const waits = [health.nextProbeAt];
  for (let n = 0; n < 8; n++) {
    const at = health.nextProbeAt ?? 0;
    health = transition(health, results(calm, result(`probe ${n}`, 'failed', true)), at);
    waits.push((health.nextProbeAt ?? 0) - at);
  }
  expect(waits).toEqual([PROBE_WAITS[0], ...PROBE_WAITS, ...[0, 0].map(() => PROBE_WAITS.at(-1))]);
});

test('one delivery that always fails does not keep an endpoint open: it climbs no ladder', () => {
  let health = open();
  for (let n = 0; n < 20; n++)
    health = transition(health, results(calm, result('poison', 'failed', true)), health.nextProbeAt ?? 0);
  expect(health.probeStep).toBe(0);
  const at = health.nextProbeAt ?? 0;
  expect(transition(health, results(calm, result('another', 'ok', true)), at).state).toBe('recovering');
});

test('recovering goes 1, 2, 4, 8 at once, then it is healthy and starts counting anew', () => {
  let health = recovering();
  const sizes = [health.slowStart];
  for (let n = 0; n < 1 + 2 + 4 + FULL && health.state === 'recovering'; n++) {
    health = transition(health, results(failing, result(`r${n}`, 'ok')), n);
    if (health.slowStart !== sizes.at(-1) && health.state === 'recovering') sizes.push(health.slowStart);
  }
  expect(sizes).toEqual([1, 2, 4, 8]);
  expect(health).toEqual({ ...newHealth(14), lastSuccessAt: 14 });
});

test('recovering falls back to open when most of a stage fails, never by one delivery', () => {
  const one = transition(recovering(), results(calm, ...['x', 'x', 'x', 'x'].map((id) => result(id, 'failed'))), 1);
  expect(one.state).toBe('recovering');
  const two = transition(recovering(), results(calm, result('x', 'failed'), result('y', 'failed')), 1);
  expect(two).toMatchObject({ state: 'open', openedAt: 0 });
});

test('an attempt that was under way when it opened decides nothing', () => {
  expect(transition(open(), results(calm, result('late', 'ok')), 5).state).toBe('open');
});

test('its owner hears after 24 hours, 72, and a day before it is disabled after five days', () => {
  let health = open();
  expect(alarmsDue(health, 24 * HOUR - 1)).toBe(0);
  expect(ALARMS.map((at) => alarmsDue(health, at))).toEqual([1, 2, 3]);
  for (let n = 0; n < 30; n++) health = transition(health, results(calm, result(`p${n}`, 'failed', true)), n * HOUR);
  expect(transition(health, { kind: 'looked-at' }, 120 * HOUR - 1).state).toBe('open');
  expect(transition(health, { kind: 'looked-at' }, 120 * HOUR)).toMatchObject({ state: 'disabled', nextProbeAt: null });
});

test('five quiet days with few failures disable nothing', () => {
  expect(transition(open(), { kind: 'looked-at' }, 200 * HOUR).state).toBe('open');
});

test('a second failure of one delivery makes it unsteady until nothing waits that failed twice', () => {
  const blip = transition(newHealth(0), results(calm, result('a', 'failed')), 1);
  expect(shownHealth(blip)).toBe('healthy');
  const unsteady = transition(blip, results(calm, result('a', 'failed', false, 2)), 2);
  expect([shownHealth(unsteady), unsteady.state, unsteady.unsteadySince]).toEqual(['unsteady', 'healthy', 2]);
  const still = transition(unsteady, results(calm, result('b', 'ok'), result('a', 'failed', false, 3)), 3);
  expect([shownHealth(still), still.unsteadySince]).toEqual(['unsteady', 2]);
  expect(shownHealth(transition(still, { kind: 'steadied' }, 4))).toBe('healthy');
  const opened = transition(still, results(failing, result('c', 'failed')), 4);
  expect([shownHealth(opened), opened.unsteadySince]).toEqual(['open', null]);
});

test('410 is gone from every state but gone; pausing, resuming and enabling lead where they say', () => {
  const gone = (health: Health) => transition(health, results(calm, result('a', 'gone')), 1).state;
  expect([gone(newHealth(0)), gone(open()), gone(recovering())]).toEqual(['gone', 'gone', 'gone']);
  const paused = transition(newHealth(0), { kind: 'paused' }, 1);
  expect(transition(paused, { kind: 'resumed' }, 2)).toMatchObject({ state: 'recovering', slowStart: 1 });
  const pausedOpen = transition(open(), { kind: 'paused' }, 1);
  expect(transition(pausedOpen, { kind: 'resumed' }, 2)).toMatchObject({ state: 'open', nextProbeAt: 2 });
  const disabled = { ...open(), state: 'disabled' as const };
  expect(transition(disabled, { kind: 'paused' }, 1).state).toBe('disabled');
  expect(transition(disabled, { kind: 'enabled' }, 9)).toMatchObject({ state: 'open', nextProbeAt: 9, told: 0, failures: 0 });
});

const anything: fc.Arbitrary<HealthEvent> = fc.oneof(
  fc.record({
    kind: fc.constant('results' as const),
    results: fc.array(
      fc.record({
        deliveryId: fc.constantFrom('a', 'b', 'c'),
        outcome: fc.constantFrom<Result['outcome']>('ok', 'ok', 'failed', 'timeout', 'gone'),
        probe: fc.boolean(),
        attempt: fc.constantFrom(1, 2, 3),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    window: fc.record({ attempts: fc.nat(30), failures: fc.nat(30), several: fc.boolean() }),
  }),
  fc.constantFrom<HealthEvent>(
    results(calm, ...Array.from({ length: 20 }, (_, index) => result(String(index), 'failed', true))),
    { kind: 'looked-at' },
    { kind: 'looked-at' },
    { kind: 'drained' },
    { kind: 'paused' },
    { kind: 'resumed' },
    { kind: 'enabled' },
  ),
);

test('every state is reached and left again, and a probe is due while open and only then', () => {
  const entered = new Set<HealthState>();
  const left = new Set<HealthState>();
  fc.assert(
    fc.property(fc.array(fc.tuple(anything, fc.integer({ min: 0, max: 130 * HOUR })), { maxLength: 80 }), (story) => {
      let health = newHealth(0);
      let now = 0;
      for (const [happened, later] of story) {
        now += later;
        const next = transition(health, happened, now);
        if (next.state !== health.state) {
          left.add(health.state);
          entered.add(next.state);
        }
        expect(next.state !== 'open' || next.nextProbeAt !== null).toBe(true);
        expect(next.state !== 'recovering' || [1, 2, 4, 8].includes(next.slowStart)).toBe(true);
        expect(next.failures === 0).toBe(next.failing === 'none');
        health = next;
      }
    }),
    { numRuns: 2000, seed: 7 },
  );
  const all: HealthState[] = ['healthy', 'open', 'recovering', 'paused', 'disabled', 'gone'];
  expect([entered, left].map((set) => all.filter((state) => !set.has(state)))).toEqual([[], []]);
});

test('what only a change of the set-up mends is told from what passes', () => {
  const mistakes = [301, 401, 403, 404, 405, 413].map((status) =>
    isConfigurationError(status === 301 ? 'redirect' : 'http_4xx', status),
  );
  expect(mistakes).toEqual([true, true, true, true, true, true]);
  expect(['tls', 'dns', 'egress_blocked'].map((kind) => isConfigurationError(kind, null))).toEqual([true, true, true]);
  expect([
    isConfigurationError('http_4xx', 400),
    isConfigurationError('http_5xx', 503),
    isConfigurationError('timeout', null),
  ]).toEqual([false, false, false]);
});
