import { Pool } from 'pg';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { acquireSlot } from '../../activities/sending/slot-lease.ts';
import { createSendLoop } from '../../activities/sending/send-loop.ts';
import { carriers, startApi } from '../fixtures/api.ts';
import { aMessage as aRow } from '../fixtures/rows.ts';
import { openTestSession, startTestSmsc, until } from '../fixtures/smpp-session.ts';

/** A carrier whose slot is held here, and its session. */
async function heldSlot() {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const { premiumId } = await carriers(api);
  const smsc = stack.use(await startTestSmsc());
  const it = stack.use(openTestSession(smsc.port, { window: 20 }));
  await it.session.whenReady();
  const slot = await acquireSlot(api.db.pool, premiumId, 0, 'test');
  if (!slot) throw new Error('The slot is taken');
  const running = stack.move();
  return { api, premiumId, smsc, it, slot, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

test('a batch that is tried again while its first try still waits sends each message once', async () => {
  await using held = await heldSlot();
  const { api, premiumId, smsc, it, slot } = held;
  const queued = { carrierId: premiumId, state: 'queued' as const, epoch: null, submittedAt: null };
  const rows = await Promise.all(
    Array.from({ length: 50 }, (_, n) => aRow(api.db, { ...queued, toNumber: `+336120000${10 + n}` })),
  );
  const batch = rows.map(({ id, toNumber: to, sender: from, text }) => ({ id, to, from, text, port: null }));
  const loop = createSendLoop({ pool: api.db.pool, slot, session: it.session, log: pino({ level: 'silent' }) });
  await Promise.all([loop.send(batch), loop.send(batch), loop.send(batch.toReversed())]);
  await loop.stop();
  await until(() => smsc.submitted.length >= 50);
  expect(smsc.submitted).toHaveLength(50);
  expect(new Set(smsc.submitted.map(({ to }) => to)).size).toBe(50);
});

test('a loop that gave up, its database gone too long, says so: no renewed lease keeps its slot', async () => {
  await using held = await heldSlot();
  const { api, premiumId, smsc, it, slot } = held;
  const message = await aRow(api.db, { carrierId: premiumId, state: 'queued', epoch: null, submittedAt: null });
  const gone = new Pool({ connectionString: 'postgres://localhost:1/gone' });
  const lost: string[] = [];
  const log = pino({ level: 'silent' });
  const loop = createSendLoop({ pool: gone, slot, session: it.session, log, onLost: (reason) => lost.push(reason) });
  loop.renewed(performance.now() - 9000);
  const { id, toNumber: to, sender: from, text } = message;
  await expect(loop.send([{ id, to, from, text, port: null }])).rejects.toThrow('the database could not be reached');
  expect(lost).toEqual(['the database could not be reached']);
  expect(smsc.submitted).toEqual([]);
});
