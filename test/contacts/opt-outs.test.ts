import { expect, test } from 'vitest';
import { settleAndClaim } from '../../activities/sending/claim-and-settle.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { aMessage } from '../fixtures/rows.ts';
import { optedOut } from '../fixtures/states/contacts.ts';
import { aSlot } from '../fixtures/states/sending.ts';

test('numbers are imported as JSON or CSV, listed with who, why and when, exported and lifted', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const imported = await shop.call('POST', '/opt-outs/import', {
    csv: 'téléphone;motif\n06 12 00 00 01;salon\n"+33612000002";"a, b"\n0612000001;encore\n',
    reason: 'ancienne liste',
  });
  expect(imported.body).toEqual({ added: 2, already: 0 });
  const wrong = await shop.call('POST', '/opt-outs/import', { csv: 'téléphone\n0612000001\n12\n' });
  expect(wrong.body.errors.map(({ row }: { row: number }) => row)).toEqual([3]);
  const again = await shop.call('POST', '/opt-outs/import', {
    entries: ['+33612000002', { phone: '+33612000003' }],
    reason: 'liste',
  });
  expect(again.body).toEqual({ added: 1, already: 1 });

  const listed = await shop.call('GET', '/opt-outs?limit=2');
  expect(listed.body.items).toHaveLength(2);
  const next = await shop.call('GET', `/opt-outs?limit=2&cursor=${listed.body.nextCursor}`);
  const all = [...listed.body.items, ...next.body.items];
  expect(
    all
      .map((each: { phone: string; reason: string }) => [each.phone, each.reason])
      .toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
  ).toEqual([
    ['+33612000001', 'salon'],
    ['+33612000002', 'a, b'],
    ['+33612000003', 'liste'],
  ]);
  expect(all[0]).toMatchObject({ source: 'import', by: `key ${shop.keyId}`, replyId: null });

  const file = await shop.call('GET', '/opt-outs/export');
  expect(file.text.split('\r\n')).toHaveLength(5);
  expect(file.text).toContain('+33612000002');
  expect(file.text).toContain('"a, b"');

  expect((await shop.call('POST', '/opt-outs/lift', { phone: '0612000001', reason: 'a rappelé' })).body).toEqual({
    lifted: true,
  });
  expect((await shop.call('POST', '/opt-outs/lift', { phone: '0612000001', reason: 'a rappelé' })).status).toBe(404);
  const [note] = await rows<{ target: string; detail: unknown }>(
    api.db.pool,
    `select target, detail from audit_log where action = 'opt-out.lift'`,
  );
  expect(note?.detail).toEqual({ reason: 'a rappelé' });
  expect(note?.target).not.toContain('612000001');
});

test('one bad row refuses the whole import and every bad row is named', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const refused = await shop.call('POST', '/opt-outs/import', { entries: ['0612000001', 'abc', {}, '12'] });
  expect(refused.status).toBe(422);
  expect(refused.body.errors.map(({ row }: { row: number }) => row)).toEqual([2, 3, 4]);
  expect((await shop.call('GET', '/opt-outs')).body.items).toEqual([]);
  expect((await shop.call('POST', '/opt-outs/import', { csv: 'abc' })).body.errors).toMatchObject([{ row: 1, field: 'phone' }]);
  expect((await shop.call('POST', '/opt-outs/import', {})).status).toBe(400);
});

test('a hash on the list stops a message as the number itself would', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { premiumId } = await carriers(api);
  const { pool } = api.db;
  const hash = api.services.hashPhone('+33612000001');
  await optedOut(api.db, shop.id, hash);
  const slot = await aSlot(api.db, premiumId);
  const basis = { accountId: shop.id, carrierId: premiumId, state: 'queued', submittedAt: null } as const;
  const [erased, other] = [await aMessage(api.db, basis), await aMessage(api.db, { ...basis, toNumber: '+33612000002' })];
  const mark = (id: string, phone: string) => ({ id, hash: api.services.hashPhone(phone), standardWaitMs: 0, strictWaitMs: 0 });
  const wanted = [erased.id, other.id];
  const claims = await settleAndClaim(pool, slot, {
    wanted,
    marks: [mark(erased.id, '+33612000001'), mark(other.id, '+33612000002')],
  });
  expect(new Map(claims?.map(({ id, state }) => [id, state]))).toEqual(
    new Map([
      [erased.id, 'skipped'],
      [other.id, 'submitting'],
    ]),
  );
});
