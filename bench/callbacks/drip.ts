import { z } from 'zod';
import { percentile, round, type Bench } from '../bench.ts';
import { ask, checkLedger, inTurn, populate, sleep } from './callbacks.ts';
import { SHORT_CODE } from '../stage/stack.ts';

const ENDPOINTS = 50;
const PER_SECOND = 25;
const LATENCY_MS = 5;
/** An endpoint's own limit, so that a minute sees many attempts end by it. */
const TIMEOUT_MS = 3000;
const LOOKS = 6;
const LOOK_EVERY_S = 20;
const MB = 1_048_576;

/** Fifty endpoints of the worst kind: heads and bodies byte by byte, and a gigabyte in answer to a reply. */
export const dripBench: Bench = {
  name: 'callbacks-drip',
  stack: { receipts: null, window: 100, endpointLatencyMs: LATENCY_MS },
  async measure(stack, say) {
    const { world, databaseUrl } = stack;
    const crowd = await populate(stack, { count: ENDPOINTS, phonesEach: 20, fields: () => ({ timeoutMs: TIMEOUT_MS }) });
    const from = inTurn(crowd);
    const all = Array.from({ length: ENDPOINTS }, (_, n) => n);
    let sent = 0;
    const load = async (prefix: string, seconds: number) => {
      await world.deliver({ from, to: SHORT_CODE, count: PER_SECOND * seconds, prefix, perSecond: PER_SECOND });
      sent += PER_SECOND * seconds;
    };
    await load('warm ', 20);
    await world.behave(
      all.filter((n) => n % 5 < 2),
      { mode: 'drip' },
    );
    await world.behave(
      all.filter((n) => n % 5 > 2),
      { mode: 'huge' },
    );
    await world.behave(
      all.filter((n) => n % 5 === 2),
      { mode: 'drip-head' },
    );
    await load('first ', LOOK_EVERY_S);
    const heaps: number[] = [];
    for (let look = 0; look < LOOKS; look++) {
      heaps.push((await stack.heap()) / MB);
      say(`heap ${heaps.map((heap) => heap.toFixed(1)).join(', ')} MB`);
      if (look < LOOKS - 1) await load(`look ${look} `, LOOK_EVERY_S);
    }
    await sleep(TIMEOUT_MS + 2000);
    const held = await ask(
      databaseUrl,
      `select extract(epoch from coalesce(ended_at, now()) - started_at)::float8 as seconds from delivery_attempts
       where started_at > (select min(ingested_at) from replies where text like 'first %')`,
      { seconds: z.number() },
    );
    const over = held.map(({ seconds }) => seconds - TIMEOUT_MS / 1000);
    const ledger = await checkLedger(stack, sent);
    const [first = 0] = heaps;
    const furthest = heaps.reduce((most, heap) => Math.max(most, Math.abs(heap - first)), 0);
    const of = `${ENDPOINTS} endpoints (20 drip their body, 10 their head, 20 send 1 GB) at ${PER_SECOND} replies/s, limit ${TIMEOUT_MS / 1000} s`;
    return [
      {
        line: 'dripping and huge endpoints: heap after collection, furthest from the first look',
        value: round(furthest),
        unit: 'MB',
        aim: '≤ 20 MB',
        note: `${of}; every ${LOOK_EVERY_S} s: ${heaps.map((heap) => heap.toFixed(1)).join(', ')} MB`,
      },
      {
        line: 'dripping and huge endpoints: a place is held beyond the limit, at most',
        value: round(over.reduce((most, each) => Math.max(most, each), -Infinity)),
        unit: 's',
        aim: '≤ 1 s',
        note: `${held.length} attempts, p99 ${round(percentile(over, 0.99))} s; ${ledger}`,
      },
    ];
  },
};
