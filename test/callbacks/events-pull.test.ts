import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { emitEvents } from '../../database/callbacks/emit-events.ts';
import { announce, openLive } from '../../database/live.ts';
import { rows, transaction } from '../../database/sql.ts';
import { anAccount, startApi, type TestAccount, type TestApi } from '../fixtures/api.ts';
import { until } from '../fixtures/app.ts';
import { timePasses } from '../fixtures/states/time.ts';

type Item = { id: string; type: string; body: string };

/** Events of an account, committed after `heldMs`, and told of. */
async function happen({ db }: TestApi, accountId: string, names: string[], heldMs = 0): Promise<void> {
  await transaction(db.pool, async (client) => {
    const events = names.map((name) => ({ accountId, type: 'reply.received' as const, data: { name } }));
    await emitEvents(client, events, null);
    if (heldMs > 0) await sleep(heldMs);
  });
  await announce(db.pool, [accountId]);
}

const namesOf = (items: Item[]): string[] => items.map((item) => JSON.parse(item.body).data.name);

async function pullAll(shop: TestAccount, enough: number, query = ''): Promise<string[]> {
  const seen: string[] = [];
  let cursor = '';
  await until(`${enough} events are pulled`, async () => {
    const { body } = await shop.call('GET', `/events?limit=7${query}${cursor && `&after=${cursor}`}`);
    cursor = body.nextCursor;
    seen.push(...namesOf(body.items));
    return seen.length >= enough;
  });
  return seen;
}

test('who pulls while others commit, slowly and in any order, sees every event exactly once', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const other = await anAccount(api);
  // A transaction that began before all others and commits after them: a cursor by horizon would stall, one by id would skip.
  const long = await api.db.pool.connect();
  await long.query('begin');
  await long.query('select pg_current_xact_id()');
  const writers = Array.from({ length: 6 }, async (_, writer) => {
    for (let round = 0; round < 8; round++) {
      await happen(api, shop.id, [`${writer}.${round}.a`, `${writer}.${round}.b`], (writer * 7 + round * 3) % 20);
      await happen(api, other.id, ['not yours']);
    }
  });
  const [seen] = await Promise.all([pullAll(shop, 96), ...writers]);
  await long.query('rollback');
  long.release();
  expect(seen).toHaveLength(96);
  expect(new Set(seen).size).toBe(96);
  // Those of one transaction stay together and in their order.
  for (let at = 0; at < 96; at += 2) expect(seen[at + 1]).toBe(seen[at]?.replace('.a', '.b'));
  expect((await shop.call('GET', '/events?after=now')).body).toMatchObject({ items: [], missed: 0 });
});

test('a wait ends with the commit of an event, not with its time', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { nextCursor } = (await shop.call('GET', '/events?after=now')).body;
  const waiting = shop.call('GET', `/events?wait=30&after=${nextCursor}`);
  await sleep(300);
  const begun = performance.now();
  await happen(api, shop.id, ['news']);
  expect(namesOf((await waiting).body.items)).toEqual(['news']);
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test('a wait ends with what an operator decides, too', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { nextCursor } = (await shop.call('GET', '/events?after=now')).body;
  const waiting = shop.call('GET', `/events?wait=30&after=${nextCursor}`);
  await sleep(300);
  const begun = performance.now();
  await api.asOperator('PUT', `/accounts/${shop.id}/two-way`, { state: 'off', reason: 'not paid' });
  expect((await waiting).body.items).toMatchObject([{ type: 'two-way.disabled' }]);
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test('a wait without news ends empty at its time, with a cursor that still holds', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await happen(api, shop.id, ['first']);
  const first = (await shop.call('GET', '/events')).body;
  const begun = performance.now();
  const empty = (await shop.call('GET', `/events?wait=1&after=${first.nextCursor}`)).body;
  expect(performance.now() - begun).toBeGreaterThanOrEqual(900);
  expect(empty).toEqual({ items: [], nextCursor: first.nextCursor, missed: 0 });
});

test('listeners go on after their connection was cut, and look at once for what they missed', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const { live } = api.services;
  const heard: (string | undefined)[] = [];
  const leave = live.subscribe(shop.id, (position) => heard.push(position));
  const listening = () =>
    rows(
      api.db.pool,
      `select from pg_stat_activity where datname = current_database() and application_name = 'aller-retour live' and query like 'listen%' and state = 'idle'`,
    );
  await until('it listens', async () => (await listening()).length === 1);
  await happen(api, shop.id, ['one']);
  await until('it is heard', () => heard.includes('1.0'));
  heard.length = 0;
  const cut = await rows(
    api.db.pool,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'aller-retour live'`,
  );
  expect(cut).toHaveLength(1);
  await until('it listens again', () => heard.includes(undefined));
  await happen(api, shop.id, ['two']);
  await until('it is heard', () => heard.includes('2.0'));
  leave();
  await happen(api, shop.id, ['three']);
  await sleep(100);
  expect(heard).not.toContain('3.0');
});

test('a process that stops answers those who wait', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const live = openLive({ url: api.url, pool: api.services.db.pool, log: api.services.log });
  const { heard, leave } = live.next(shop.id, 60_000);
  await live.close();
  await heard;
  leave();
  expect(live.closed()).toBe(true);
});

test('what is older than 30 days is no longer given; who comes back later is told how many', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  await happen(api, shop.id, ['old 1', 'old 2', 'old 3']);
  const { nextCursor } = (await shop.call('GET', '/events?limit=1')).body;
  await timePasses(api.db, '31 days', { events: ['created_at'] });
  expect((await shop.call('GET', `/events?after=${nextCursor}`)).body).toMatchObject({ items: [], missed: 2 });
  await happen(api, shop.id, ['new']);
  const late = (await shop.call('GET', `/events?after=${nextCursor}`)).body;
  expect([namesOf(late.items), late.missed]).toEqual([['new'], 2]);
  expect((await shop.call('GET', '/events')).body).toMatchObject({ items: [{ type: 'reply.received' }], missed: 0 });
});

test('a cursor of another account, or one that was made up, is refused', async () => {
  await using api = await startApi();
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const { nextCursor } = (await other.call('GET', '/events')).body;
  for (const after of [nextCursor, 'made-up', '12']) {
    expect((await shop.call('GET', `/events?after=${after}`)).body).toMatchObject({ code: 'invalid-request' });
  }
  expect((await shop.call('GET', '/events?wait=31')).body.errors).toMatchObject([{ field: 'wait' }]);
});
