import { expect, test } from 'vitest';
import { settleAndClaim, type Settled } from '../../activities/sending/claim-and-settle.ts';
import { rows } from '../../database/sql.ts';
import { itemsOf, textOf } from '../../dev/seed.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { phone, startApp, until, zoneAtNoon } from '../fixtures/app.ts';
import { aMessage } from '../fixtures/rows.ts';
import { startWorkerProcess } from '../fixtures/worker.ts';
import { allLiveIn } from '../fixtures/states/accounts.ts';
import { aDayLater, aSlot } from '../fixtures/states/sending.ts';

const CENTS = 10_000;

test('two campaigns at once by two connections spend the limit together: all of it, no more', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api);
  const shop = await anAccount(api, { timeZone: zoneAtNoon() });
  await shop.call('PATCH', '/spend-limits', { day: '2.50' });
  const slots = [await aSlot(api.db, premiumId, 0), await aSlot(api.db, premiumId, 1)];
  const basis = {
    accountId: shop.id,
    carrierId: premiumId,
    state: 'queued',
    epoch: null,
    submittedAt: null,
    costMicros: 5 * CENTS,
  } as const;
  const going = await Promise.all(
    slots.map(async (slot) => {
      const ids = await Promise.all(Array.from({ length: 60 }, async () => (await aMessage(api.db, basis)).id));
      return async () => {
        let sent = 0;
        for (let first = 0; first < ids.length; first += 4) {
          const wanted = ids.slice(first, first + 4);
          const claims = await settleAndClaim(api.db.pool, slot, { wanted, accounts: [shop.id] });
          sent += claims?.filter(({ state }) => state === 'submitting').length ?? 0;
        }
        return sent;
      };
    }),
  );
  const sent = await Promise.all(going.map((go) => go()));
  expect(sent.reduce((sum, each) => sum + each, 0)).toBe(50);
  expect(await rows(api.db.pool, `select state, count(*)::int as count from messages group by 1 order by 1`)).toEqual([
    { state: 'queued', count: 70 },
    { state: 'submitting', count: 50 },
  ]);
  expect((await shop.call('GET', '/spend-limits')).body).toMatchObject({
    own: { day: { amount: '2.50' }, month: null },
    spent: { day: { amount: '2.50' }, month: { amount: '2.50' } },
    heldUntil: expect.any(String),
  });
});

test('what a carrier refuses is given back, doubts count; a new limit knows what was spent', async () => {
  await using api = await startApi();
  const { premiumId } = await carriers(api);
  const shop = await anAccount(api, { timeZone: zoneAtNoon() });
  const slot = await aSlot(api.db, premiumId, 0);
  const basis = {
    accountId: shop.id,
    carrierId: premiumId,
    state: 'queued',
    epoch: null,
    submittedAt: null,
    costMicros: 5 * CENTS,
  } as const;
  await aMessage(api.db, { ...basis, state: 'delivered', submittedAt: new Date() });
  await aMessage(api.db, { ...basis, state: 'delivered', submittedAt: new Date('2020-01-01T00:00:00Z') });
  const spent = async () => (await shop.call('GET', '/spend-limits')).body.spent.day.amount;
  await shop.call('PATCH', '/spend-limits', { day: '0.16' });
  expect(await spent()).toBe('0.05');
  const ids = await Promise.all([1, 2, 3].map(async () => (await aMessage(api.db, basis)).id));
  const claim = async (settled: Settled[], wanted: string[]) =>
    (await settleAndClaim(api.db.pool, slot, { window: ids, settled, wanted, accounts: [shop.id] }))?.filter(
      ({ state }) => state === 'submitting',
    ).length;
  expect(await claim([], ids)).toBe(2);
  expect(await spent()).toBe('0.15');
  const out = await rows<{ id: string }>(api.db.pool, `select id from messages where state = 'submitting' order by id`);
  const [unsent, doubtful] = out.map(({ id }) => id);
  await claim(
    [
      { id: unsent ?? '', result: { outcome: 'unsent', reason: 'unbound' } },
      { id: doubtful ?? '', result: { outcome: 'unknown', reason: 'timeout' } },
    ],
    [],
  );
  expect(await spent()).toBe('0.10');
  expect((await shop.call('GET', '/spend-limits')).body.heldUntil).toBeNull();
});

test('limits are the lower of the operator’s and the account’s; a preview warns of waiting', async () => {
  await using api = await startApi();
  await carriers(api);
  await api.asOperator('POST', '/prices', {
    kind: 'segment',
    country: '*',
    route: 'premium',
    amount: '0.05',
    validFrom: '2020-01-01T00:00:00Z',
  });
  const shop = await anAccount(api);
  const body = {
    name: 'n',
    route: 'premium',
    withReplies: true,
    purpose: 'transactional',
    text: 'x',
    recipients: [1, 2, 3].map((n) => ({ to: `+3361200000${n}` })),
  };
  const codes = async () =>
    (await shop.call('POST', '/campaigns/preview', body)).body.warnings.map(({ code }: { code: string }) => code);
  expect(await codes()).toEqual([]);
  expect(await api.asOperator('PATCH', `/accounts/${shop.id}/spend-limits`, { day: '0.10', month: '9' })).toMatchObject({
    status: 200,
    body: { operator: { day: { amount: '0.10' } }, own: { day: null } },
  });
  expect(await codes()).toEqual(['spend-limit']);
  await shop.call('PATCH', '/spend-limits', { day: '500' });
  expect(await codes()).toEqual(['spend-limit']);
  await api.asOperator('PATCH', `/accounts/${shop.id}/spend-limits`, { day: null });
  expect(await codes()).toEqual([]);
  expect(await shop.call('PATCH', '/spend-limits', { month: 'much' })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'month' }] },
  });
});

test('a campaign at the limit waits and says so once; a raise or a new day lets it go on', async () => {
  await using app = await startApp({ ways: { callback: true } });
  await app.operator.send('POST', '/v1/operator/prices', {
    kind: 'segment',
    country: '*',
    route: 'premium',
    amount: '0.05',
    validFrom: '2020-01-01T00:00:00Z',
  });
  await allLiveIn(app.db, zoneAtNoon());
  await app.account.send('PATCH', '/v1/spend-limits', { day: '0.10' });
  const recipients = Array.from({ length: 5 }, (_, index) => ({ to: phone(index) }));
  const campaign = await app.campaign(recipients, { purpose: 'transactional' });
  const waiting = () =>
    until('it waits', async () => {
      const now = await app.account.get(`/v1/campaigns/${String(campaign['id'])}`);
      return now['waiting'] !== null && now;
    });
  expect(await waiting()).toMatchObject({ waiting: { reason: 'spend-limit' }, progress: { queued: 3 }, state: 'launched' });
  const told = async () => {
    const { items } = await app.account.get('/v1/events');
    return itemsOf({ items }).filter(({ type }) => type === 'account.spend-limit-reached');
  };
  await until('the account is told', async () => (await told()).length > 0);

  await app.account.send('PATCH', '/v1/spend-limits', { day: '0.20' });
  await until('two more have gone', () => app.world.phones.received.length === 4);
  await waiting();
  await until('it is told of the new limit too', async () => (await told()).length === 2);
  // The day that was spent becomes yesterday.
  await aDayLater(app.db);
  for (const verb of ['pause', 'resume']) await app.account.send('POST', `/v1/campaigns/${String(campaign['id'])}/${verb}`);
  const ended = await app.ended(campaign);
  expect(ended).toMatchObject({ waiting: null });
  expect(app.world.phones.received).toHaveLength(5);
  expect(await told()).toHaveLength(2);
}, 180_000);

test('two processes for one account never exceed its limit together, and spend all of it', async () => {
  // So slow that one has not spent all before the other, whose process wakes up later, begins.
  const pace = { smpp: { segmentsPerSecond: 20 }, dinstar: { simSmsPerMinute: 600 } };
  await using app = await startApp({ env: { ROLE: 'api' }, ways: {}, receipts: 'off', ...pace });
  for (const route of ['premium', 'lowcost'])
    await app.operator.send('POST', '/v1/operator/prices', {
      kind: 'segment',
      country: '*',
      route,
      amount: '0.05',
      validFrom: '2020-01-01T00:00:00Z',
    });
  const FIT = 150;
  await allLiveIn(app.db, zoneAtNoon());
  await app.account.send('PATCH', '/v1/spend-limits', { day: '7.50' });
  const names = (await app.rows<{ name: string }>('select name from carriers order by name')).map(({ name }) => name);
  const started = await Promise.all(names.map((name) => startWorkerProcess(app.config, { CARRIERS: name })));
  await using workers = new AsyncDisposableStack();
  for (const worker of started) workers.use(worker);
  await until('each has its line', async () => {
    const held = await app.rows<{ holder: string }>('select holder from carrier_slots where lease_until > now()');
    return started.every(({ pid }) => held.some(({ holder }) => holder.includes(` ${pid} `)));
  });
  const recipients = (first: number) => Array.from({ length: FIT + 10 }, (_, n) => ({ to: phone(first + n) }));
  const fields = { purpose: 'transactional', withReplies: false };
  const campaigns = await Promise.all([
    app.campaign(recipients(0), { ...fields, sender: 'Boutique' }),
    app.campaign(recipients(2 * FIT), { ...fields, route: 'lowcost' }),
  ]);
  for (const campaign of campaigns)
    await until('it waits for the limit', async () => {
      const now = await app.account.get(`/v1/campaigns/${textOf(campaign, 'id')}`);
      return now['waiting'];
    });
  await until('all that fits is out', () => app.world.phones.received.length >= FIT);
  const sent = await app.rows<{ route: string; count: number }>(
    `select c.route, count(*)::int as count from messages m join campaigns c on c.id = m.campaign_id where m.state <> 'queued' group by 1`,
  );
  expect(sent).toHaveLength(2);
  expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(FIT);
  expect(app.world.phones.received).toHaveLength(FIT);
  expect((await app.account.get('/v1/spend-limits'))['spent']).toMatchObject({ day: { amount: '7.50' } });
}, 180_000);
