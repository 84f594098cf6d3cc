import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'pg';
import pino from 'pino';
import { z } from 'zod';
import { createReceiptIngest } from '../../activities/sending/ingest-receipts.ts';
import { acquireSlot, renewSlot } from '../../activities/sending/slot-lease.ts';
import { createSendLoop, type SendLoop } from '../../activities/sending/send-loop.ts';
import type { OutboundMessage } from '../../carriers/carrier.ts';
import { smpp } from '../../carriers/smpp/smpp.ts';
import { newId } from '../../database/ids.ts';
import { openDatabase } from '../../database/orm.ts';
import { rows } from '../../database/sql.ts';
import { round, type Bench, type Figure } from '../bench.ts';
import { startScratch } from '../stage/scratch.ts';
import { submitsPerSecond } from './smpp.ts';

const SMSC = fileURLToPath(new URL('./smsc.ts', import.meta.url));
const BATCH = 500;
const AT_ONCE = 8;
const log = pino({ level: 'warn' }, process.stderr);
const Counts = z.object({ counts: z.object({ accepted: z.number(), acknowledged: z.number() }) });

async function startSmscProcess(delayMs: number | null) {
  const child = fork(SMSC, [JSON.stringify({ delayMs })], { execArgv: ['--import', 'tsx'] });
  const ask = async (): Promise<unknown> => (await once(child, 'message'))[0];
  const { port } = z.object({ port: z.number() }).parse(await ask());
  return {
    port,
    async counts() {
      child.send('counts');
      return Counts.parse(await ask()).counts;
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function startDatabase() {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startScratch());
  const db = await openDatabase({ url: postgres.url, poolMax: 10 });
  stack.defer(() => db.close());
  const carrierId = newId();
  await rows(
    db.pool,
    `insert into carriers (id, name, type, route, settings, secrets, slots, created_at) values ($1, 'bench', 'smpp', 'premium', '{}', '', 4, now())`,
    [carrierId],
  );
  const running = stack.move();
  return { pool: db.pool, carrierId, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
type Desk = { pool: Pool; carrierId: string };

/** Stores messages as a campaign does; `from`: number of the first. */
const store = ({ pool, carrierId }: Desk, state: string, from: number, count: number): Promise<OutboundMessage[]> =>
  rows<OutboundMessage>(
    pool,
    `insert into messages (id, account_id, carrier_id, to_number, sender, reply_code, text, segments, two_way, simulation, state, epoch, submitted_at)
     select uuidv7(), $1, $1, '+336' || lpad(n::text, 8, '0'), '36111', '36111', 'Bonjour ' || n || ', votre commande est prete : repondez OUI pour la recevoir. STOP au 36111',
       1, true, false, $2, case when $2 = 'queued' then null else 1 end, case when $2 = 'queued' then null else now() end
     from generate_series($3::int, $3::int + $4::int - 1) n returning id, to_number as "to", sender as "from", text, port`,
    [carrierId, state, from, count],
  );

/** Sends every page over `binds` sessions, as the product does. */
async function send(
  { pool, carrierId }: Desk,
  { port, window, binds }: { port: number; window: number; binds: number },
  pages: AsyncIterator<OutboundMessage[]>,
  afterwards: () => Promise<void> = () => Promise.resolve(),
) {
  await using stack = new AsyncDisposableStack();
  const loops: SendLoop[] = [];
  for (let number = 0; number < binds; number++) {
    const slot = await acquireSlot(pool, carrierId, number, 'bench');
    if (!slot) throw new Error('The slot is taken');
    const settings = smpp.settings.parse({
      host: '127.0.0.1',
      port,
      systemId: 'bench',
      password: 'bench',
      window,
      maxBinds: binds,
    });
    const onReceipt = createReceiptIngest(pool, carrierId, 'FR', () => {});
    const session = smpp.open(settings, { log, events: { onReply: () => Promise.reject(new Error('None')), onReceipt } });
    await session.whenReady();
    const loop = createSendLoop({ pool, slot, session, log });
    const renewing = setInterval(() => void renewSlot(pool, slot).then(() => loop.renewed(performance.now())), 3000);
    stack.defer(async () => {
      clearInterval(renewing);
      await session.close(5000);
      await loop.stop();
      await rows(pool, `update carrier_slots set lease_until = 'epoch'`);
    });
    loops.push(loop);
  }
  await Promise.all(
    Array.from({ length: AT_ONCE * binds }, async (_, worker) => {
      for (;;) {
        const { value, done } = await pages.next();
        if (done === true) return;
        await loops[worker % binds]?.send(value);
      }
    }),
  );
  await afterwards();
}

async function* pagesOf(messages: OutboundMessage[]): AsyncGenerator<OutboundMessage[]> {
  for (let at = 0; at < messages.length; at += BATCH) yield messages.slice(at, at + BATCH);
}

type Load = { window: number; binds: number; delayMs: number | null; count: number; from: number };

async function submitted(desk: Desk, { window, binds, delayMs, count, from }: Load) {
  await using smsc = await startSmscProcess(delayMs);
  const messages = await store(desk, 'queued', from, count);
  const startedAt = performance.now();
  await send(desk, { port: smsc.port, window, binds }, pagesOf(messages), async () => {
    while (delayMs !== null && (await smsc.counts()).acknowledged < count) await sleep(5);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const { accepted } = await smsc.counts();
  if (accepted !== count) throw new Error(`${accepted} of ${count} went out`);
  return count / seconds;
}

/** Matches receipts, 100 at a time, over a table of `stored` messages. */
async function matched(desk: Desk, stored: number, receipts: number): Promise<number> {
  for (let from = 0; from < stored; from += 250_000) {
    await rows(
      desk.pool,
      `with m as (
         insert into messages (id, account_id, carrier_id, to_number, sender, reply_code, text, segments, two_way, simulation, state, epoch, submitted_at)
         select uuidv7(), $1, $1, '+337' || lpad(n::text, 8, '0'), '36111', '36111', 'Bonjour', 1, true, false, 'accepted', 1, now()
         from generate_series($2::int, $2::int + 249999) n returning id, to_number
       ) insert into message_references (carrier_id, reference, message_id) select $1, substr(to_number, 4), id from m`,
      [desk.carrierId, from],
    );
  }
  await rows(desk.pool, 'analyze messages, message_references');
  const onReceipt = createReceiptIngest(desk.pool, desk.carrierId, 'FR', () => {});
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      while (next < receipts) {
        const n = (next++ * 7919) % stored;
        const to = `+337${String(n).padStart(8, '0')}`;
        await onReceipt({
          reference: to.slice(3),
          messageId: null,
          from: '36111',
          to,
          status: 'delivered',
          error: null,
          at: new Date(),
        });
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const [row] = await rows<{ count: number }>(
    desk.pool,
    `select count(*)::int as count from messages where state = 'delivered' and to_number like '+337%'`,
  );
  if (row?.count !== receipts) throw new Error(`${row?.count} of ${receipts} were matched`);
  return receipts / seconds;
}

type Sizes = { count: number; stored: number; say: (line: string) => void };

/** Sending without workflows: send loop, session and database. */
async function carrierFigures({ count, stored, say }: Sizes): Promise<Figure[]> {
  await using desk = await startDatabase();
  await submitted(desk, { window: 100, binds: 1, delayMs: null, count: 10_000, from: 0 });
  const wire = await submitsPerSecond({ messages: 50_000, window: 100 });
  const figures: Figure[] = [];
  const note = `the wire alone ${round(wire.perSecond)}/s`;
  for (const [line, window, binds, delayMs, aim] of [
    ['durable submit, window 100, receipts withheld', 100, 1, null, '≥ 7,000/s'],
    ['durable submit, window 100, with receipts', 100, 1, 500, '≥ 5,000/s'],
    ['durable submit, window 10', 10, 1, null, ''],
    ['durable submit, two binds of window 100', 100, 2, null, ''],
  ] as const) {
    say(line);
    const value = await submitted(desk, { window, binds, delayMs, count, from: 1_000_000 * figures.length });
    figures.push({ line, value: round(value), unit: '/s', aim, ratio: value / wire.perSecond, note });
  }
  if (stored > 0) {
    say('receipts');
    const value = await matched(desk, stored, 50_000);
    figures.push({ line: `receipts matched over ${stored} messages`, value: round(value), unit: '/s', aim: '≥ 5,000/s' });
  }
  return figures;
}

export const carriersBench: Bench = {
  name: 'carriers',
  alone: (say) => carrierFigures({ count: 50_000, stored: 3_000_000, say }),
};
