import { expect, test } from 'vitest';
import { acquireSlot } from '../../activities/sending/slot-lease.ts';
import { settleAndClaim } from '../../activities/sending/claim-and-settle.ts';
import { rows } from '../../database/sql.ts';
import { itemsOf } from '../../dev/seed.ts';
import { carriers, startApi } from '../fixtures/api.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { aMessage } from '../fixtures/rows.ts';
import { timePasses } from '../fixtures/states/time.ts';

test('a message refused for now waits ever longer, and has failed by name at the eighth try', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api);
  const { pool } = api.db;
  const slot = await acquireSlot(pool, premiumId, 0, 'test');
  if (!slot) throw new Error('The slot is taken');
  const { id } = await aMessage(api.db, {
    carrierId: premiumId,
    sender: '36200',
    state: 'queued',
    epoch: null,
    submittedAt: null,
  });
  const seen: unknown[] = [];
  for (let tries = 1; tries <= 8; tries++) {
    expect(await settleAndClaim(pool, slot, { wanted: [id] })).toEqual([{ id, state: 'submitting' }]);
    await settleAndClaim(pool, slot, { settled: [{ id, result: { outcome: 'deferred', code: 'ESME_RSYSERR' } }] });
    // Not before its time.
    expect(await settleAndClaim(pool, slot, { wanted: [id] })).toEqual([]);
    seen.push(
      ...(await rows(
        pool,
        `select state, reason, round(extract(epoch from not_before - settled_at))::int as waits from messages where id = $1`,
        [id],
      )),
    );
    await timePasses({ pool }, '2 hours', { messages: ['not_before'] }, { id });
  }
  const reason = 'ESME_RSYSERR';
  expect(seen).toEqual([
    ...[5, 15, 60, 300, 900, 1800, 3600].map((waits) => ({ state: 'queued', reason, waits })),
    { state: 'failed', reason, waits: null },
  ]);
});

test('an SMSC that answers 0x64 and 0x08 for a while gets every message in the end, once', async () => {
  await using app = await startApp({ ways: {}, receipts: 'off', smpp: { throttleMinMs: 100 }, sweepEveryMs: 2000 });
  app.log.expect(/refuses every message for now/);
  for (let i = 0; i < 15; i++) app.world.smsc.rejectNext(i % 2 === 0 ? 0x64 : 0x08);
  const campaign = await app.campaign(Array.from({ length: 40 }, (_, index) => ({ to: phone(index) })));
  const state = async () => JSON.stringify(await app.operator.get(`/v1/operator/carriers/${app.smppId}/state`));
  await until('its line says so', async () => /ESME_R(SYSERR|X_T_APPN)/.test(await state()));
  const alarms = async () => itemsOf(await app.operator.get('/v1/operator/alarms?open=true'));
  const alarm = await until('it is an alarm', async () => (await alarms())[0]);
  expect(alarm).toMatchObject({ kind: 'submits-refused', carrier: app.smppId, detail: expect.stringMatching(/^ESME_R/) });
  const ended = await app.ended(campaign);
  expect(ended['progress']).toMatchObject({ accepted: 40 });
  expect(new Set(app.world.phones.received.map(({ to }) => to)).size).toBe(40);
  expect(app.world.smsc.submitted).toHaveLength(40);
});
