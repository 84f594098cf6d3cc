import pino from 'pino';
import { expect, test, vi } from 'vitest';
import { createBatchStarter } from '../../temporal/batch-starter.ts';
import { createFiledPages } from '../../temporal/filed-pages.ts';

const log = pino({ level: 'silent' });
const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => `id-${from + index}`);

/** Time that goes by only when it is told to: how busy the machine is decides nothing. */
function clock() {
  vi.useFakeTimers();
  return { pass: (ms: number) => vi.advanceTimersByTimeAsync(ms), [Symbol.dispose]: () => void vi.useRealTimers() };
}
const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A starter whose pages take so long to be filed, and when each began. */
function starter(tookMs: number, pageSize = 500) {
  const begun = performance.now();
  const pages: { at: number; ids: string[]; lagging: boolean }[] = [];
  const batches = createBatchStarter({
    log,
    pageSize,
    start(page, lagging) {
      pages.push({ at: performance.now() - begun, ids: page, lagging });
      return after(tookMs);
    },
  });
  return { ...batches, pages, begins: () => pages.map(({ at }) => Math.round(at)) };
}

test('a first reply starts a run at once, and what comes together comes in one', async () => {
  using time = clock();
  const { add, pages } = starter(100);
  for (const id of ids(0, 100)) add([id]);
  await time.pass(1);
  expect(pages).toMatchObject([{ ids: ids(0, 100), lagging: false }]);
});

test('the next page starts when the last is filed and half its time went by; nothing is lost', async () => {
  using time = clock();
  const { add, flush, pages, begins } = starter(100);
  let next = 0;
  for (let ms = 0; ms < 1000; ms += 5) {
    add(ids(next, 2));
    next += 2;
    await time.pass(5);
  }
  expect(begins().slice(0, 4)).toEqual([0, 150, 300, 450]);
  const flushed = flush();
  await time.pass(1000);
  await flushed;
  expect(pages.flatMap((page) => page.ids).toSorted()).toEqual(ids(0, next).toSorted());
});

test('a page holds 500 at most and says if it leaves another; a slow one rests half a second', async () => {
  using time = clock();
  const { add, lagging, pages, begins } = starter(3000);
  add(ids(0, 1400));
  await time.pass(1);
  expect(lagging()).toBe(true);
  await time.pass(7100);
  expect(pages.map((page) => [page.ids.length, page.lagging])).toEqual([
    [500, true],
    [500, false],
    [400, false],
  ]);
  expect(begins()).toEqual([0, 3500, 7000]);
});

test('one reply per run means each its own, thirty-two on their way at once', async () => {
  using time = clock();
  const { add, pages } = starter(100, 1);
  add(ids(0, 40));
  await time.pass(1);
  expect(pages).toHaveLength(32);
  await time.pass(100);
  expect(pages.map((page) => page.ids)).toEqual(ids(0, 40).map((id) => [id]));
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

test('the gate opens when its page is filed here, or by the database, or after three seconds', async () => {
  using time = clock();
  const filed = new Set<string>();
  const pages = createFiledPages({
    isFiled: async ([id]) => {
      if (id === 'unknowable') throw new Error('The database is away');
      return filed.has(id ?? '');
    },
  });
  const ended: Record<string, number> = {};
  const begin = (id: string): Promise<void> => {
    const at = performance.now();
    return pages.start(id, [id], async () => {}).then(() => void (ended[id] = Math.round(performance.now() - at)));
  };
  const all = Promise.all(['here', 'elsewhere', 'lost', 'unknowable'].map(begin));
  await time.pass(40);
  pages.taken('here');
  await time.pass(200);
  filed.add('elsewhere');
  await time.pass(4000);
  await all;
  expect(ended['here']).toBe(40);
  expect(ended['elsewhere']).toBeLessThan(600);
  for (const id of ['lost', 'unknowable']) expect(ended[id]).toBeGreaterThanOrEqual(3000);
  for (const id of ['lost', 'unknowable']) expect(ended[id]).toBeLessThan(3600);
});

test('a start that fails, and a process that stops, leave no page waited for', async () => {
  using time = clock();
  const pages = createFiledPages({ isFiled: async () => false });
  await expect(pages.start('refused', ['a'], () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  const waits = pages.start('waiting', ['b'], async () => {});
  await time.pass(10);
  pages.stop();
  await waits;
  await pages.start('late', ['c'], async () => {});
});
