import { setTimeout as sleep } from 'node:timers/promises';
import { round, type Bench, type Figure } from './bench.ts';
import { exchange, inTurn, populate } from './callbacks/callbacks.ts';
import { insertsPerSecond } from './ceilings/database.ts';
import { emptyRuns } from './ceilings/temporal.ts';
import { NAMESPACE } from './stage/stack.ts';

/** Also the load of bench/peers. */
export const LOAD = { endpoints: 200, phonesEach: 50, perSecond: 200, seconds: 20, burst: 20_000, endpointMs: 5 };
const BRISK = 1000;
const LOADS = [25, 50, 75];
const LOAD_SECONDS = 10;

export const repliesBench: Bench = {
  name: 'replies',
  stack: { receipts: null, window: 100, endpointLatencyMs: LOAD.endpointMs },
  async measure(stack, say) {
    const { world, databaseUrl, temporalAddress } = stack;
    const from = inTurn(await populate(stack, { count: LOAD.endpoints, phonesEach: LOAD.phonesEach }));
    say(`${LOAD.endpoints} accounts with an endpoint each are ready`);

    const measured = (prefix: string, count: number, perSecond: number | null) =>
      exchange(world, { from, prefix, count, perSecond });
    await measured('warm ', 400, LOAD.perSecond);
    const steady = LOAD.perSecond * LOAD.seconds;
    const { taken: slow, home: calm } = await measured('steady ', steady, LOAD.perSecond);
    const { taken: brisk } = await measured('brisk ', BRISK * 5, BRISK);
    const { taken: fast, home: flood } = await measured('burst ', LOAD.burst, null);

    // Lets the leftovers of full load drain.
    await sleep(5000);
    const loads: Figure[] = [];
    for (const percent of LOADS) {
      const perSecond = Math.round((LOAD.burst / flood.seconds) * (percent / 100));
      const { taken, home } = await measured(`${percent} % `, perSecond * LOAD_SECONDS, perSecond);
      const line = `reply → callback at ${percent} % of that, p99`;
      const note = `${perSecond}/s: p50 ${round(home.p50)} ms; acknowledged p99 ${round(taken.p99)} ms`;
      loads.push({ line, value: round(home.p99), unit: 'ms', note });
    }

    const inserts = await insertsPerSecond(databaseUrl);
    const empty = await emptyRuns(temporalAddress, NAMESPACE);
    const over = `over ${LOAD.endpoints} endpoints`;
    return [
      { line: `reply → callback at ${LOAD.perSecond}/s ${over}, p50`, value: round(calm.p50), unit: 'ms' },
      {
        line: `reply → callback at ${LOAD.perSecond}/s ${over}, p99`,
        value: round(calm.p99),
        unit: 'ms',
        aim: '≤ 300 ms',
        ratio: round(empty.itemP99 / calm.p99),
        note: `${steady} replies; as many in the same pages through empty activities ${round(empty.itemP99)} ms, of which the run ${round(empty.pageP99)} ms`,
      },
      { line: `reply acknowledged at ${LOAD.perSecond}/s, p99`, value: round(slow.p99), unit: 'ms' },
      { line: `reply acknowledged at ${BRISK}/s, p99`, value: round(brisk.p99), unit: 'ms', aim: '≤ 100 ms' },
      {
        line: 'replies acknowledged after commit',
        value: round(LOAD.burst / fast.seconds),
        unit: '/s',
        aim: '≥ 5,000/s',
        ratio: round(LOAD.burst / fast.seconds / inserts),
        note: `${LOAD.burst} at once; inserts by pages alone ${round(inserts)}/s`,
      },
      {
        line: `reply → callback saturated ${over}`,
        value: round(LOAD.burst / flood.seconds),
        unit: '/s',
        aim: '≥ 2,400/s',
        note: `from the first reply to the last callback; ${round(empty.perSecond)} empty runs/s`,
      },
      ...loads,
    ];
  },
};
