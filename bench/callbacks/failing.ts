import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { round, type Bench } from '../bench.ts';
import { ask, exchange, inTurn, populate } from './callbacks.ts';
import { SHORT_CODE } from '../stage/stack.ts';

/** Failing accounts, their endpoints each, and accounts that answer. */
const BROKEN = 100;
const EACH = 50;
const HEALTHY = 100;
const PER_SECOND = 50;
const SECONDS = 40;

const Endpoints = z.object({ items: z.array(z.object({ url: z.string() })) });

/** Latency of healthy endpoints while 5,000 others fail at once and each gets a recovery run. */
export const failingBench: Bench = {
  name: 'callbacks-failing',
  stack: { receipts: null, window: 100, endpointLatencyMs: 20 },
  async measure(stack, say) {
    const { world, databaseUrl } = stack;
    const crowd = await populate(stack, { count: BROKEN + HEALTHY, phonesEach: 20 });
    const broken = Array.from({ length: BROKEN }, (_, n) => n);
    const equip = async (n: number): Promise<void> => {
      const customer = crowd.customers[n];
      const [first] = Endpoints.parse(await customer?.get('/v1/callback-endpoints')).items;
      for (let more = 1; more < EACH; more++)
        await customer?.send('POST', '/v1/callback-endpoints', { url: `${first?.url}?copy=${more}` });
    };
    for (let n = 0; n < BROKEN; n += 10) await Promise.all(broken.slice(n, n + 10).map(equip));
    say(`${BROKEN * EACH} endpoints that fail and ${HEALTHY} that do not are ready`);
    const well = inTurn(crowd, (n) => n >= BROKEN);
    const phase = async (name: string) =>
      (await exchange(world, { from: well, count: PER_SECOND * SECONDS, prefix: `${name} `, perSecond: PER_SECOND })).home;
    const burst = (prefix: string) =>
      world.deliver({ from: inTurn(crowd, (n) => n < BROKEN), to: SHORT_CODE, count: BROKEN, prefix, perSecond: null });
    await phase('warm');
    // The cost of the burst alone, at endpoints that answer.
    await burst('fan ');
    const busy = await phase('busy');
    await world.behave(broken, { mode: 'status', status: 500 });
    await burst('sick ');
    const trouble = await phase('trouble');
    await sleep(30_000);
    const [unsteady] = await ask(
      databaseUrl,
      `select count(*)::int as endpoints from callback_endpoints where track->>'unsteadySince' is not null`,
      { endpoints: z.number() },
    );
    const of = `${PER_SECOND}/s for ${SECONDS} s; p50 ${round(trouble.p50)} ms beside them, ${round(busy.p50)} beside as many that answer`;
    return [
      {
        line: `p99 of others' first attempts while ${BROKEN * EACH} endpoints fail at once, to that while they answer`,
        value: round(trouble.p99 / busy.p99),
        unit: '×',
        note: `${of}; p99 ${round(trouble.p99)} and ${round(busy.p99)} ms; ${unsteady?.endpoints} unsteady with a run each`,
      },
    ];
  },
};
