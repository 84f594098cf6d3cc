import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openIngest } from '../../../activities/replies/ingest-replies.ts';
import { openCarrierLines } from '../../../activities/sending/carrier-lines.ts';
import { createKeyedSemaphore } from '../../../activities/keyed-semaphore.ts';
import type { InboundReply } from '../../../carriers/carrier.ts';
import { smpp } from '../../../carriers/smpp/smpp.ts';
import { registry } from '../../../carriers/registry.ts';
import { Carrier } from '../../../database/carriers/carrier.ts';
import { newId } from '../../../database/ids.ts';
import { openDatabase } from '../../../database/orm.ts';
import { createSecrets } from '../../../database/secrets.ts';
import { rows, transaction } from '../../../database/sql.ts';
import { until } from '../../fixtures/app.ts';
import { scratchDatabase } from '../../fixtures/database.ts';
import { aMessage as aRow } from '../../fixtures/rows.ts';
import { aMessage, openTestSession, PASSWORD, startTestSmsc, submitAll } from '../../fixtures/smpp-session.ts';

const otherHosts = ([, ...ports]: number[]) => ports.map((port) => ({ host: '127.0.0.1', port }));

/** A carrier of two lines, by the hosts of one account, with its database. */
async function startLines(ports: number[], settings: object = {}) {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDatabase());
  const db = await openDatabase({ url: scratch.url, poolMax: 8 });
  stack.defer(() => db.close());
  const secrets = createSecrets(randomBytes(32).toString('base64'));
  const carrierId = newId();
  const own = { host: '127.0.0.1', port: ports[0], otherHosts: otherHosts(ports), systemId: 'aller', maxBinds: 2 };
  const em = db.em();
  em.create(Carrier, {
    id: carrierId,
    name: 'operator',
    type: smpp.name,
    route: 'premium',
    settings: { ...own, reconnectMinMs: 5, reconnectMaxMs: 50, ...settings },
    secrets: secrets.seal(JSON.stringify({ password: PASSWORD })),
    slots: 2,
    syncCursor: null,
    createdAt: new Date(),
  });
  await em.flush();
  const lines = openCarrierLines({
    pool: db.pool,
    secrets,
    registry,
    log: pino({ level: 'silent' }),
    holder: 'one',
    carriers: ['*'],
    country: 'FR',
    deliverReplies: () => {},
    onCallbacksDue: () => {},
    mark: ({ id }) => ({ id, hash: '', standardWaitMs: 0, strictWaitMs: 0 }),
    lookEveryMs: 50,
  });
  stack.defer(() => lines.stop());
  lines.start(() => Promise.resolve({ shutdown: () => Promise.resolve() }));
  const running = stack.move();
  return { db, carrierId, lines, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

test('the lines of an account are spread over its hosts', async () => {
  await using smsc = await startTestSmsc({ hosts: 2 });
  await using it = await startLines(smsc.ports);
  await until('both are bound', () => smsc.bound() === 2);
  expect(smsc.boundAt(0)).toBe(1);
  expect(smsc.boundAt(1)).toBe(1);
  expect(it.lines.health().map(({ state }) => state)).toEqual(['bound', 'bound']);
});

test('a host that is down: its line goes on by another, and returns when that line is lost', async () => {
  await using smsc = await startTestSmsc({ hosts: 2 });
  const up = smsc.down(0);
  await using it = openTestSession(smsc.port, { otherHosts: otherHosts(smsc.ports) });
  expect(await submitAll(it.session, [aMessage()])).toMatchObject([{ outcome: 'accepted' }]);
  expect(smsc.boundAt(1)).toBe(1);
  await up();
  smsc.cut(1);
  await until('it is back', () => smsc.boundAt(0) === 1);
  expect(await submitAll(it.session, [aMessage()])).toMatchObject([{ outcome: 'accepted' }]);
});

test('a receipt by another host than its message’s finds it, by its id or by our reference', async () => {
  // What its receipts name can't be told by the setting: our reference alone does.
  await using smsc = await startTestSmsc({ hosts: 2, receipts: { delayMs: 5, ids: 'hex' }, begunAt: 1_000_000_000 });
  await using it = await startLines(smsc.ports, { userMessageReference: true });
  await until('both are bound', () => smsc.bound() === 2);
  const queued = { carrierId: it.carrierId, state: 'queued', epoch: null, submittedAt: null } as const;
  const messages = await Promise.all(
    Array.from({ length: 40 }, (_, n) => aRow(it.db, { ...queued, toNumber: `+336120000${String(n).padStart(2, '0')}` })),
  );
  await it.lines.send(
    it.carrierId,
    messages.map(({ id, toNumber: to, sender: from, text }) => ({ id, to, from, text, port: null })),
  );
  await until('all are delivered', async () => {
    const left = await rows(it.db.pool, `select from messages where state <> 'delivered'`);
    return left.length === 0;
  });
  expect(smsc.counts.accepted).toBe(40);
});

test.for([
  ['one host', [0]],
  ['the other', [1]],
  ['both', [0, 1]],
] as const)('with %s cut while replies are stored, each is one reply, whichever host brings it again', async ([, cut]) => {
  await using smsc = await startTestSmsc({ hosts: 2 });
  await using it = await startLines(smsc.ports);
  await until('both are bound', () => smsc.bound() === 2);
  const phones = Array.from({ length: 80 }, (_, n) => `+3361200${String(n).padStart(4, '0')}`);
  const brought = await transaction(it.db.pool, async (client) => {
    await rows(client, 'lock table replies in share mode');
    const all = Promise.all(phones.map((from) => smsc.deliver({ from, to: '36111', text: 'OUI' })));
    await until('they were brought', () => smsc.counts.delivered >= phones.length);
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const host of cut) smsc.cut(host);
    await until('they were brought again', () => smsc.counts.redelivered > 0);
    return { all };
  });
  await brought.all;
  const stored = await rows<{ from_number: string }>(it.db.pool, `select from_number from replies order by 1`);
  expect(stored.map((row) => row.from_number)).toEqual(phones);
});

test('an unacknowledged reply is its copy on another line, once; an acknowledged one is not', async () => {
  await using smsc = await startTestSmsc({ hosts: 2 });
  await using it = await startLines(smsc.ports);
  const deps = { pool: it.db.pool, log: pino({ level: 'silent' }), country: 'FR', deliverReplies: () => {} };
  const inTurn = createKeyedSemaphore(1);
  const [one, other] = [await openIngest(deps, it.carrierId, 2, inTurn), await openIngest(deps, it.carrierId, 3, inTurn)];
  const reply = (text: string): InboundReply => ({
    externalId: null,
    from: '+33687654321',
    to: '36111',
    body: Buffer.from(text),
    encoding: 'gsm7',
    part: null,
    bind: 1,
    receivedAt: new Date(),
    precision: 'ours',
  });
  const texts = async () =>
    (await rows<{ text: string }>(it.db.pool, `select text from replies order by id`)).map(({ text }) => text);
  (await one.onReply(reply('NON'))).acknowledged();
  (await other.onReply(reply('NON'))).acknowledged();
  expect(await texts()).toEqual(['NON', 'NON']);
  await one.onReply(reply('OUI'));
  (await other.onReply(reply('OUI'))).acknowledged();
  expect(await texts()).toEqual(['NON', 'NON', 'OUI']);
  for (const line of [other, one]) (await line.onReply(reply('OUI'))).acknowledged();
  expect(await texts()).toEqual(['NON', 'NON', 'OUI', 'OUI', 'OUI']);
  await Promise.all([one.close(), other.close()]);
});
