import { expect, test } from 'vitest';
import { createInboundBackpressure } from '../../activities/sending/inbound-backpressure.ts';
import type { InboundReceipt } from '../../carriers/carrier.ts';

const RECEIPT: InboundReceipt = {
  reference: 'r1',
  messageId: null,
  status: 'delivered',
  error: null,
  at: new Date('2026-01-01T00:00:00Z'),
  from: '38015',
  to: '33612345678',
};

/** Receipts whose commit is under way until it is said to be done. */
function line() {
  const inbound = createInboundBackpressure();
  let commit = Promise.withResolvers<void>();
  const { onReceipt } = inbound.watch({
    onReply: () => Promise.resolve({ acknowledged: () => {} }),
    onReceipt: () => commit.promise,
  });
  return {
    room: inbound.room,
    bring: (count: number) => Promise.all(Array.from({ length: count }, () => onReceipt(RECEIPT))),
    commit() {
      commit.resolve();
      commit = Promise.withResolvers();
    },
  };
}

const isOpen = async (room: Promise<void>): Promise<boolean> => {
  let open = false;
  void room.then(() => (open = true));
  await new Promise((resolve) => setImmediate(resolve));
  return open;
};

test('sending gives way to a commit of what came in, and goes on when that is done', async () => {
  const { room, bring, commit } = line();
  const first = bring(100);
  const waits = room();
  expect(await isOpen(waits)).toBe(false);
  commit();
  await first;
  expect(await isOpen(waits)).toBe(true);
  expect(await isOpen(room())).toBe(true);
});

test('a little that comes in holds nothing up', async () => {
  const { room, bring, commit } = line();
  const few = bring(10);
  expect(await isOpen(room())).toBe(true);
  commit();
  await few;
  const many = bring(100);
  commit();
  await many;
  const some = bring(60);
  expect(await isOpen(room())).toBe(true);
  commit();
  await some;
});

test('a commit that does not end holds sending up for a tenth of a second, not for ever', async () => {
  const { room, bring, commit } = line();
  const stuck = bring(100);
  const begun = performance.now();
  await room();
  expect(performance.now() - begun).toBeGreaterThan(90);
  commit();
  await stuck;
});
