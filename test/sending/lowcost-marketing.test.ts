import { expect, test } from 'vitest';
import { settleAndClaim } from '../../activities/sending/claim-and-settle.ts';
import { rows } from '../../database/sql.ts';
import { anAccount, carriers, startApi, freeNumbers } from '../fixtures/api.ts';
import { aMessage } from '../fixtures/rows.ts';
import { releasedAgo } from '../fixtures/states/numbers.ts';
import { aSlot } from '../fixtures/states/sending.ts';

const campaign = { name: 'Soldes', route: 'lowcost', purpose: 'marketing', text: 'Soldes demain' };
const french = { to: '+33612000001' };
const belgian = { to: '+32470123456' };
/** Guadeloupe, French Guiana, Martinique, Réunion, Mayotte, Saint Pierre and Miquelon. */
const OVERSEAS = ['+590690000001', '+594694000001', '+596696000001', '+262692000001', '+262639000001', '+508551234'];

test('lowcost marketing to France is warned of, refused or let be; what is refused is not stored', async () => {
  await using api = await startApi();
  await carriers(api);
  const shop = await anAccount(api);
  const send = (fields: object) => shop.call('POST', '/campaigns', { ...campaign, recipients: [french, belgian], ...fields });
  const codes = async (fields: object = {}) => {
    const { status, body } = await send(fields);
    return [status, body.warnings?.map(({ code }: { code: string }) => code).includes('lowcost-marketing') ?? body.code];
  };

  expect(await codes()).toEqual([202, true]);
  expect(await codes({ purpose: 'transactional' })).toEqual([202, false]);
  expect(await codes({ recipients: [belgian] })).toEqual([202, false]);
  for (const to of OVERSEAS) expect([to, ...(await codes({ recipients: [{ to }] }))]).toEqual([to, 202, true]);
  await shop.call('PATCH', '/policies', { lowcostMarketing: 'off' });
  expect(await codes()).toEqual([202, false]);

  await shop.call('PATCH', '/policies', { lowcostMarketing: 'refuse' });
  const before = await rows(api.db.pool, 'select from campaigns');
  expect(await codes()).toEqual([422, 'lowcost-marketing']);
  expect(await rows(api.db.pool, 'select from campaigns')).toHaveLength(before.length);
  expect(await codes({ purpose: 'transactional' })).toEqual([202, false]);
});

test('what is about to go is looked at again: marketing refused by then, a number given back', async () => {
  await using api = await startApi();
  const { premiumId, lowcostId } = await carriers(api);
  const shop = await anAccount(api);
  await api.asOperator('POST', '/numbers', { number: '+33700000001', kind: 'virtual', carrier: premiumId, country: 'FR' });
  await freeNumbers(api);
  const { body: rented } = await shop.call('POST', '/numbers/rent', { country: 'FR' });
  const fromRented = { ...campaign, route: 'premium', sender: '+33700000001', purpose: 'transactional', recipients: [french] };
  const recipients = [french, belgian, ...OVERSEAS.map((to) => ({ to }))];
  expect((await shop.call('POST', '/campaigns', { ...campaign, recipients })).status).toBe(202);
  expect((await shop.call('POST', '/campaigns', { ...campaign, purpose: 'transactional', recipients: [french] })).status).toBe(
    202,
  );
  expect((await shop.call('POST', '/campaigns', fromRented)).status).toBe(202);

  // An answer in a chat is no marketing.
  const chat = { accountId: shop.id, carrierId: lowcostId, state: 'queued', epoch: null, submittedAt: null } as const;
  await aMessage(api.db, { ...chat, toNumber: '+33612000009' });

  await shop.call('PATCH', '/policies', { lowcostMarketing: 'refuse' });
  await releasedAgo(api.db, rented.id, 0);
  for (const carrierId of [premiumId, lowcostId]) {
    const slot = await aSlot(api.db, carrierId);
    const queued = await rows<{ id: string }>(api.db.pool, 'select id from messages where carrier_id = $1', [carrierId]);
    const ids = queued.map(({ id }) => id);
    await settleAndClaim(api.db.pool, slot, { wanted: ids });
  }
  expect(await rows(api.db.pool, 'select to_number as "to", state, reason from messages order by id')).toEqual([
    { to: french.to, state: 'skipped', reason: 'lowcost-marketing' },
    { to: belgian.to, state: 'submitting', reason: null },
    ...OVERSEAS.map((to) => ({ to, state: 'skipped', reason: 'lowcost-marketing' })),
    { to: french.to, state: 'submitting', reason: null },
    { to: french.to, state: 'skipped', reason: 'number-released' },
    { to: '+33612000009', state: 'submitting', reason: null },
  ]);
});
