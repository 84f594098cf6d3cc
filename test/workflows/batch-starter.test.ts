import pino from 'pino';
import { expect, test, vi } from 'vitest';
import { createBatchStarter } from '../../temporal/batch-starter.ts';

const log = pino({ level: 'silent' });
const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => `id-${from + index}`);

/** Time that goes by only when it is told to: how busy the machine is decides nothing. */
function clock() {
  vi.useFakeTimers();
  return { pass: (ms: number) => vi.advanceTimersByTimeAsync(ms), [Symbol.dispose]: () => void vi.useRealTimers() };
}

test('a first reply starts a run at once, and what comes together comes in one', async () => {
  using time = clock();
  const pages: string[][] = [];
  const gatherer = createBatchStarter({ log, pageSize: 500, start: async (page) => void pages.push(page) });
  for (const id of ids(0, 100)) gatherer.add([id]);
  await time.pass(1);
  expect(pages).toEqual([ids(0, 100)]);
});

test('after a burst of 4 a process starts at most 10 runs a second, and loses nothing', async () => {
  using time = clock();
  const pages: string[][] = [];
  const gatherer = createBatchStarter({ log, pageSize: 500, start: async (page) => void pages.push(page) });
  let next = 0;
  for (let ms = 0; ms < 2000; ms += 5) {
    gatherer.add(ids(next, 2));
    next += 2;
    await time.pass(5);
  }
  const inTwoSeconds = pages.length;
  await gatherer.flush();
  expect(pages.flat().toSorted()).toEqual(ids(0, next).toSorted());
  expect(inTwoSeconds).toBeLessThanOrEqual(4 + 20 + 1);
  expect(inTwoSeconds).toBeGreaterThanOrEqual(4 + 20 - 1);
});

test('in a surge acknowledging comes first: runs wait until it is over, for three seconds at most', async () => {
  using time = clock();
  const started: number[] = [];
  const begun = performance.now();
  const gatherer = createBatchStarter({ log, pageSize: 500, start: async () => void started.push(performance.now() - begun) });
  let next = 0;
  for (let ms = 0; ms < 4000; ms += 10) {
    gatherer.add(ids(next, 200));
    next += 200;
    await time.pass(10);
  }
  const within = (from: number, to: number) => started.filter((at) => at >= from && at < to).length;
  expect(within(300, 2900)).toBe(0);
  expect(within(2900, 4000)).toBeGreaterThan(0);
  await gatherer.flush();
});

test('a page holds 500 at most, 1,000 while filing lags, and then fewer are started', async () => {
  using time = clock();
  const sizes = async (lagMs: number) => {
    const pages: number[] = [];
    const gatherer = createBatchStarter({
      log,
      pageSize: 500,
      lagMs: () => lagMs,
      start: async (page) => void pages.push(page.length),
    });
    gatherer.add(ids(0, 4000));
    await time.pass(40);
    return pages;
  };
  expect(await sizes(0)).toEqual([500, 500, 500, 500]);
  expect(await sizes(2000)).toEqual([1000, 1000, 1000, 1000]);
});

test('one reply per run means each its own, at once', async () => {
  using time = clock();
  const pages: string[][] = [];
  const gatherer = createBatchStarter({ log, pageSize: 1, start: async (page) => void pages.push(page) });
  gatherer.add(ids(0, 40));
  await time.pass(1);
  expect(pages).toHaveLength(40);
});

test('a start that fails is no error to the caller, and later pages still start', async () => {
  using time = clock();
  const pages: string[][] = [];
  let down = true;
  const gatherer = createBatchStarter({
    log,
    pageSize: 500,
    async start(page) {
      if (down) throw new Error('Temporal is down');
      pages.push(page);
    },
  });
  gatherer.add(['lost-to-the-sweep']);
  await time.pass(1);
  down = false;
  gatherer.add(['kept']);
  await time.pass(1);
  expect(pages).toEqual([['kept']]);
});
