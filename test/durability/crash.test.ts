import { tsToMs } from '@temporalio/common/lib/time.js';
import { expect, test } from 'vitest';
import { openIngest } from '../../activities/replies/ingest-replies.ts';
import type { InboundReply } from '../../carriers/carrier.ts';
import { itemsOf } from '../../dev/seed.ts';
import { openClient } from '../../temporal/connect.ts';
import { phone, sleep, startApp, until, type App } from '../fixtures/app.ts';
import { relay } from '../fixtures/relay.ts';
import { startWorkerProcess } from '../fixtures/worker.ts';

const reply = (from: string, to: string, text: string, bind = 0): InboundReply => ({
  externalId: null,
  from,
  to,
  body: Buffer.from(text),
  encoding: 'gsm7',
  part: null,
  receivedAt: new Date(),
  precision: 'ours',
  bind,
});

test('a worker killed in mid-campaign: at most a window in doubt, all the rest out, none twice', async () => {
  const TOTAL = 4000;
  await using app = await startApp({ env: { ROLE: 'api' }, ways: {}, receipts: 'off', smpp: { segmentsPerSecond: 1500 } });
  await using first = await startWorkerProcess(app.config);
  const campaign = await app.campaign(Array.from({ length: TOTAL }, (_, index) => ({ to: phone(index) })));
  await until('a quarter is out', () => app.world.smsc.submitted.length > TOTAL / 4);
  await first.kill('SIGKILL');
  const whenKilled = app.world.smsc.submitted.length;
  expect(whenKilled).toBeLessThan(TOTAL);

  await using _ = await startWorkerProcess(app.config);
  const ended = await until(
    'the campaign has ended',
    async () => {
      const now = await app.account.get(`/v1/campaigns/${String(campaign['id'])}`);
      return now['endedAt'] !== null && now;
    },
    90_000,
  );
  const times = Map.groupBy(app.world.smsc.submitted, (sms) => sms.to);
  expect([...times.values()].filter((each) => each.length > 1)).toEqual([]);
  const counts = await app.rows<{ state: string; count: number }>(
    `select state, count(*)::int as count from messages group by state`,
  );
  const count = (state: string) => counts.find((row) => row.state === state)?.count ?? 0;
  expect(count('in_doubt')).toBeLessThanOrEqual(100);
  expect(count('accepted') + count('in_doubt')).toBe(TOTAL);
  const doubtful = await app.rows<{ to_number: string }>(`select to_number from messages where state = 'in_doubt'`);
  const out = TOTAL - doubtful.filter((row) => !times.has(row.to_number)).length;
  expect(times.size).toBe(out);
  expect(ended['progress']).toMatchObject({ accepted: count('accepted') });
}, 180_000);

/** A reply whose page is being filed, and waits there until it is let go. */
async function heldWhileFiling(app: App): Promise<() => Promise<void>> {
  const client = await app.db.pool.connect();
  await client.query('begin; lock table conversations');
  await app.world.phones.reply(phone(1), 'OUI');
  await until('its page is being filed', async () => {
    const [waits] = await app.rows(`select from pg_locks where relation = 'conversations'::regclass and not granted`);
    return waits !== undefined;
  });
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

test('killed while it files a page: another notices in seconds, not when the page’s time is over', async () => {
  await using app = await startApp({ env: { ROLE: 'api' }, ways: { callback: true } });
  await using first = await startWorkerProcess(app.config);
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  const free = await heldWhileFiling(app);
  await first.kill('SIGKILL');
  await free();
  await using _ = await startWorkerProcess(app.config);
  await until('the endpoint has it', () => app.world.endpoint.calls[0], 60_000);
  // The workflow task that died with it was given up after ten seconds: how long a worker takes to start is the machine's.
  const [filed] = await app.rows<{ run_id: string }>('select run_id from replies');
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = app.config;
  const { client: temporal, connection } = openClient({ address, namespace, tls: false });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => connection.close());
  const { events } = await temporal.workflow.getHandle(filed?.run_id ?? '').fetchHistory();
  const at = (event?: { eventTime?: Parameters<typeof tsToMs>[0] }): number => tsToMs(event?.eventTime ?? undefined);
  const lost = events?.find((event) => event.workflowTaskTimedOutEventAttributes);
  expect(at(lost) - at(events?.[0])).toBeGreaterThan(9000);
  expect(at(lost) - at(events?.[0])).toBeLessThan(15_000);
}, 120_000);

test('killed after filing a page, before its run was told: the second try posts what is owed', async () => {
  await using app = await startApp({ env: { ROLE: 'api' } });
  await using line = relay();
  const there = new URL(await line.open(`http://${app.config.TEMPORAL_ADDRESS}`));
  await using first = await startWorkerProcess({ ...app.config, TEMPORAL_ADDRESS: there.host });
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  const free = await heldWhileFiling(app);
  await line.cut();
  // It files, and can't claim what it owes.
  const claims = await app.db.pool.connect();
  await claims.query('begin; lock table delivery_attempts');
  await free();
  await until('its page is filed', async () => (await app.rows('select from replies where filed_at is not null'))[0]);
  await first.kill('SIGKILL');
  await claims.query('rollback');
  claims.release();
  await using _ = await startWorkerProcess(app.config);
  // Its lease runs out ten seconds after the kill at most; half a minute before the run of retries would take it over by itself.
  await until('the endpoint has it', () => app.world.endpoint.calls[0], 30_000);
  await until('the mailbox has it', () => app.world.mailbox.mails[0]);
  // A result is written some time after the other side has it.
  await until('both results are written', async () => {
    const open = await app.rows(`select from deliveries where state = 'in_flight'`);
    return open.length === 0;
  });
  const made = await app.rows(
    `select d.channel, d.state, d.attempts, d.run_id = r.run_id as own_run from deliveries d cross join replies r order by channel`,
  );
  // The callback was claimed with its filing: nobody can tell whether the dead process posted it.
  const expected = { state: 'delivered', own_run: true };
  expect(made).toEqual([
    { channel: 'callback', attempts: 2, ...expected },
    { channel: 'email', attempts: 1, ...expected },
  ]);
  const bodies = app.world.endpoint.calls.map(({ body }) => body);
  expect([new Set(bodies).size, app.world.mailbox.mails.length]).toEqual([1, 1]);
  expect(bodies.length).toBeLessThanOrEqual(2);
}, 120_000);

test.each<[string, (app: App) => Promise<() => Promise<unknown>>]>([
  [
    'in the middle of an attempt',
    async (app) => {
      app.world.endpoint.behave({ name: 'hook', mode: 'hang', times: 1 });
      await app.world.phones.reply(phone(1), 'OUI');
      await until('the attempt is under way', () => app.world.endpoint.calls[0]);
      return async () => {};
    },
  ],
  ['while it files', heldWhileFiling],
])(
  'killed %s, beside another worker: the callback comes at most fifteen seconds later',
  async (_how, begin) => {
    await using app = await startApp({ env: { ROLE: 'api' }, ways: { callback: true } });
    await using holder = await startWorkerProcess(app.config);
    await app.campaign([{ to: phone(1) }]);
    await until('the phone has it', () => app.world.phones.received[0]);
    const free = await begin(app);
    // Not before: under load it might be the other one that files, or posts.
    await using _ = await startWorkerProcess(app.config);
    await holder.kill('SIGKILL');
    const killedAt = performance.now();
    await free();
    await until('the endpoint took it', () => app.world.endpoint.calls.find((call) => call.answered === 200), 30_000);
    expect(performance.now() - killedAt).toBeLessThan(15_000);
  },
  120_000,
);

test('killed between the commit and the start of its run: the sweep delivers', async () => {
  await using app = await startApp({ sweepEveryMs: 1000 });
  await app.campaign([{ to: phone(1) }]);
  const sms = await until('the phone has it', () => app.world.phones.received[0]);
  // As a process that is killed just after its commit: nobody is told of what was stored.
  const ingest = await openIngest(
    { pool: app.db.pool, log: app.log.log, country: 'FR', deliverReplies: () => {} },
    app.smppId ?? '',
    0,
  );
  await ingest.onReply(reply(phone(1), sms.from, 'OUI'));
  await until('the endpoint has it', () => app.world.endpoint.calls[0], 30_000);
  await until('the mailbox has it', () => app.world.mailbox.mails[0]);
  await sleep(2500); // Two more sweeps.
  expect(await app.replies()).toHaveLength(1);
  expect(app.world.endpoint.calls).toHaveLength(1);
  expect(app.world.mailbox.mails).toHaveLength(1);
});

test('killed between the commit and the acknowledgement: the redelivered reply is one reply', async () => {
  await using app = await startApp({ ways: {} });
  const deps = { pool: app.db.pool, log: app.log.log, country: 'FR', deliverReplies: () => {} };
  const killed = await openIngest(deps, app.smppId ?? '', 0);
  const acknowledged = await killed.onReply(reply('33612000001', '38015', 'NON'));
  acknowledged.acknowledged();
  await killed.onReply(reply('33612000001', '38015', 'OUI')); // Stored; its acknowledgement is never written.

  const next = await openIngest(deps, app.smppId ?? '', 0);
  await next.onReply(reply('33612000001', '38015', 'OUI'));
  expect(await app.rows(`select text from replies order by id`)).toEqual([{ text: 'NON' }, { text: 'OUI' }]);
  // It is recognised once: what comes after is new. And what had been acknowledged before is never taken for a copy.
  await next.onReply(reply('33612000001', '38015', 'OUI'));
  await next.onReply(reply('33612000001', '38015', 'NON'));
  expect(await app.rows(`select text from replies order by id`)).toEqual([
    { text: 'NON' },
    { text: 'OUI' },
    { text: 'OUI' },
    { text: 'NON' },
  ]);
});

test('a line cut before the acknowledgement: what the next bind brings again is the same reply', async () => {
  await using app = await startApp({ ways: {} });
  const ingest = await openIngest(
    { pool: app.db.pool, log: app.log.log, country: 'FR', deliverReplies: () => {} },
    app.smppId ?? '',
    0,
  );
  await ingest.onReply(reply('33612000001', '38015', 'OUI', 1));
  await ingest.onReply(reply('33612000001', '38015', 'OUI', 2));
  expect(await app.rows(`select text from replies`)).toHaveLength(1);
});

test('a commit whose answer was lost: what comes again is the reply that may be stored already', async () => {
  await using app = await startApp({ ways: {} });
  let lost = 0;
  const pool = new Proxy(app.db.pool, {
    get: (target, key) =>
      key !== 'query'
        ? Reflect.get(target, key, target)
        : async (...asked: unknown[]) => {
            const answer: unknown = await Reflect.apply(target.query, target, asked);
            if (lost === 0 || !JSON.stringify(asked[0]).includes('into replies')) return answer;
            lost--;
            throw new Error('Connection terminated unexpectedly');
          },
  });
  const deps = { pool, log: app.log.log, country: 'FR', deliverReplies: () => {} };
  const ingest = await openIngest(deps, app.smppId ?? '', 0);
  const texts = () => app.rows(`select text from replies order by id`);
  lost = 2;
  for (let n = 0; n < 2; n++) await expect(ingest.onReply(reply('33612000001', '38015', 'OUI'))).rejects.toThrow(/terminated/);
  expect(await texts()).toEqual([{ text: 'OUI' }]);
  await ingest.onReply(reply('33612000001', '38015', 'OUI'));
  expect(await texts()).toEqual([{ text: 'OUI' }]);
  await ingest.onReply(reply('33612000001', '38015', 'OUI'));
  expect(await texts()).toEqual([{ text: 'OUI' }, { text: 'OUI' }]);
  await ingest.close();
});

test('two real "OUI" in one second are two replies', async () => {
  await using app = await startApp();
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await Promise.all([app.world.phones.reply(phone(1), 'OUI'), app.world.phones.reply(phone(1), 'OUI')]);
  await until('both are at the endpoint', () => app.world.endpoint.calls.length === 2);
  await until('both are in the mailbox', () => app.world.mailbox.mails.length === 2);
  expect((await app.replies()).map((each) => each['text'])).toEqual(['OUI', 'OUI']);
  expect(app.world.endpoint.calls.map((call) => JSON.parse(call.body).sequence).toSorted((a, b) => a - b)).toEqual([1, 2]);
});

test('one row that can not be filed does not stop its page, and is set aside for the operator', async () => {
  await using app = await startApp();
  app.log.expect(/could not be filed/);
  await app.rows(`alter table events add constraint poison check (body not like '%POISON%')`);
  await app.campaign(Array.from({ length: 20 }, (_, index) => ({ to: phone(index) })));
  await until('all phones have it', () => app.world.phones.received.length === 20);
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => app.world.phones.reply(phone(index), index === 7 ? 'POISON' : `OUI ${index}`)),
  );
  await until('the others are at the endpoint', () => app.world.endpoint.calls.length === 19);
  await until(
    'the bad one is set aside',
    async () => (await app.rows(`select 1 from replies where filing_failed is not null`))[0],
  );
  expect(await app.rows(`select text, filed_at from replies where filing_failed is not null`)).toEqual([
    { text: 'POISON', filed_at: null },
  ]);
  expect(await app.replies()).toHaveLength(19);
});

test('one reply per run is the literal thing, and works', async () => {
  await using app = await startApp({ env: { REPLIES_PER_RUN: '1' } });
  await app.campaign(Array.from({ length: 6 }, (_, index) => ({ to: phone(index) })));
  await until('all phones have it', () => app.world.phones.received.length === 6);
  await Promise.all(Array.from({ length: 6 }, (_, index) => app.world.phones.reply(phone(index), `OUI ${index}`)));
  await until('all are at the endpoint', () => app.world.endpoint.calls.length === 6);
  const runs = await app.rows<{ run_id: string }>(`select distinct run_id from replies`);
  expect(runs).toHaveLength(6);
  expect(itemsOf(await app.account.get('/v1/deliveries?channel=callback'))).toHaveLength(6);
});
