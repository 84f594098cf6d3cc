import { z } from 'zod';
import { round, type Bench, type Figure } from './bench.ts';
import { ask, exchange } from './callbacks/callbacks.ts';
import { cpuOf, PARTS, since, type Cpu } from './stage/cpu.ts';
import { launch, phones, startStack, type Stack } from './stage/stack.ts';

const WORKERS = [1, 2, 4, 8];
const MESSAGES = 40_000;
const REPLIES = 4000;
const WARM = 2000;
const ENDPOINTS = 40;

/** Processor time a thousand things, in milliseconds; read by bench/stage/growth.ts. */
const costs = (what: string, cpu: Cpu, count: number, workers: number): Figure[] =>
  PARTS.map((part) => ({
    line: `${workers} workers: processor time of ${part} a thousand ${what}`,
    value: round((cpu[part] / count) * 1e6),
    unit: 'ms',
  }));

/** Disk bytes a row, indexes included. */
async function bytesOf(databaseUrl: string, tables: string[], rows: string): Promise<number> {
  const sql = `select (sum(pg_total_relation_size(t::regclass)) / (select count(*) from ${rows}))::float8 as bytes from unnest($1::text[]) as t`;
  return (await ask(databaseUrl, sql, { bytes: z.number() }, [tables]))[0]?.bytes ?? 0;
}

async function measure(stack: Stack, workers: number): Promise<Figure[]> {
  const { account, customer, world, pids, databaseUrl } = stack;
  await launch(account, phones(2000));
  await world.submitted({ count: 2000, withinMs: 60_000 });
  await world.reset();

  const idle = await cpuOf(pids);
  await launch(account, phones(MESSAGES, 100_000));
  const { submitted, seconds } = await world.submitted({ count: MESSAGES, withinMs: 180_000 });
  if (submitted !== MESSAGES) throw new Error(`${submitted} of ${MESSAGES} went out`);
  const sent = since(idle, await cpuOf(pids));
  const messageBytes = await bytesOf(databaseUrl, ['messages'], 'messages');

  const from: string[] = [];
  for (let n = 0; n < ENDPOINTS; n++) {
    const own = phones(REPLIES / ENDPOINTS, 300_000 + n * 1000);
    await launch(await customer(n), own);
    from.push(...own);
  }
  await world.submitted({ count: MESSAGES + REPLIES, withinMs: 60_000 });
  // Warms the processes up.
  await exchange(world, { from, count: WARM, prefix: 'warm ', perSecond: null });
  const before = await cpuOf(pids);
  const { home: arrived } = await exchange(world, { from, count: REPLIES, prefix: 'scale ', perSecond: null });
  const replied = since(before, await cpuOf(pids));
  const replyBytes = await bytesOf(
    databaseUrl,
    ['replies', 'inbound_parts', 'conversations', 'events', 'deliveries', 'delivery_attempts'],
    'replies',
  );

  return [
    { line: `${workers} workers: messages accepted, sent and written down`, value: round(submitted / seconds), unit: '/s' },
    { line: `${workers} workers: replies to their callbacks`, value: round(REPLIES / arrived.seconds), unit: '/s' },
    ...costs('messages', sent, MESSAGES, workers),
    ...costs('replies', replied, REPLIES, workers),
    { line: `${workers} workers: disk a message`, value: Math.round(messageBytes), unit: 'bytes' },
    { line: `${workers} workers: disk a reply, with its callback`, value: Math.round(replyBytes), unit: 'bytes' },
  ];
}

/** Throughput and cost a message by the number of workers on one machine. */
export const scaleBench: Bench = {
  name: 'scale',
  async alone(say) {
    const figures: Figure[] = [];
    for (const workers of WORKERS) {
      say(`${workers} worker processes`);
      await using stack = await startStack({ receipts: { delayMs: 200 }, window: 100, maxBinds: workers, workers });
      figures.push(...(await measure(stack, workers)));
    }
    return figures;
  },
};
