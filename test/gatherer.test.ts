import pino from 'pino';
import { expect, test } from 'vitest';
import { createGatherer } from '../temporal/gatherer.ts';

const log = pino({ level: 'silent' });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => `id-${from + index}`);

test('a first reply starts a run at once, and what comes together comes in one', async () => {
  const pages: string[][] = [];
  const gatherer = createGatherer({ log, pageSize: 500, start: async (page) => void pages.push(page) });
  for (const id of ids(0, 100)) gatherer.add([id]);
  await sleep(30);
  expect(pages).toEqual([ids(0, 100)]);
});

test('after a burst of 4 a process starts at most 10 runs a second, and loses nothing', async () => {
  const pages: { at: number; page: string[] }[] = [];
  const gatherer = createGatherer({
    log,
    pageSize: 500,
    start: async (page) => void pages.push({ at: performance.now(), page }),
  });
  const begun = performance.now();
  let next = 0;
  while (performance.now() - begun < 2000) {
    gatherer.add(ids(next, 2));
    next += 2;
    await sleep(5);
  }
  await gatherer.flush();
  expect(pages.flatMap(({ page }) => page).toSorted()).toEqual(ids(0, next).toSorted());
  const inTwoSeconds = pages.filter(({ at }) => at - begun <= 2000).length;
  expect(inTwoSeconds).toBeLessThanOrEqual(4 + 20 + 1);
  expect(inTwoSeconds).toBeGreaterThanOrEqual(15);
});

test('in a surge acknowledging comes first: runs wait until it is over, for three seconds at most', async () => {
  const started: number[] = [];
  const gatherer = createGatherer({ log, pageSize: 500, start: async () => void started.push(performance.now()) });
  const begun = performance.now();
  let next = 0;
  while (performance.now() - begun < 4000) {
    gatherer.add(ids(next, 200));
    next += 200;
    await sleep(10);
  }
  const within = (from: number, to: number) => started.filter((at) => at - begun >= from && at - begun < to).length;
  expect(within(300, 2700)).toBe(0);
  expect(within(2700, 4000)).toBeGreaterThan(0);
  await gatherer.flush();
});

test('a page holds 500 at most, 1,000 while filing lags, and then fewer are started', async () => {
  const sizes = async (lagMs: number) => {
    const pages: number[] = [];
    const gatherer = createGatherer({
      log,
      pageSize: 500,
      lagMs: () => lagMs,
      start: async (page) => void pages.push(page.length),
    });
    gatherer.add(ids(0, 4000));
    await sleep(40);
    return pages;
  };
  expect(await sizes(0)).toEqual([500, 500, 500, 500]);
  expect(await sizes(2000)).toEqual([1000, 1000, 1000, 1000]);
});

test('one reply per run means each its own, at once', async () => {
  const pages: string[][] = [];
  const gatherer = createGatherer({ log, pageSize: 1, start: async (page) => void pages.push(page) });
  gatherer.add(ids(0, 40));
  await sleep(30);
  expect(pages).toHaveLength(40);
});

test('a start that fails is no error to the caller, and later pages still start', async () => {
  const pages: string[][] = [];
  let down = true;
  const gatherer = createGatherer({
    log,
    pageSize: 500,
    async start(page) {
      if (down) throw new Error('Temporal is down');
      pages.push(page);
    },
  });
  gatherer.add(['lost-to-the-sweep']);
  await sleep(30);
  down = false;
  gatherer.add(['kept']);
  await sleep(30);
  expect(pages).toEqual([['kept']]);
});
