import type { ApiClient } from '../dev/seed.ts';
import { round, type Bench, type Figure } from './bench.ts';
import { sleep } from './callbacks/callbacks.ts';
import { insertsPerSecond } from './ceilings/database.ts';
import { emptyRuns } from './ceilings/temporal.ts';
import { launch, NAMESPACE, phones, SHORT_CODE } from './stage/stack.ts';

const ENDPOINTS = 200;
const PHONES_EACH = 50;
const PER_SECOND = 200;
const SECONDS = 20;
const BRISK = 1000;
const BURST = 20_000;
/** Shares of the throughput just measured. */
const LOADS = [25, 50, 75];
const LOAD_SECONDS = 10;

export const repliesBench: Bench = {
  name: 'replies',
  stack: { receipts: null, window: 100, endpointLatencyMs: 5 },
  async measure({ customer, world, databaseUrl, temporalAddress }, say) {
    const everyone: string[] = [];
    const customers: ApiClient[] = [];
    for (let n = 0; n < ENDPOINTS; n++) customers.push(await customer(n));
    for (const [n, account] of customers.entries()) {
      const own = phones(PHONES_EACH, n * PHONES_EACH);
      await launch(account, own);
      everyone.push(...own);
    }
    await world.submitted({ count: everyone.length, withinMs: 120_000 });
    // Neighbours in the list belong to other accounts.
    const from = Array.from({ length: everyone.length }, (_, index) => {
      const account = index % ENDPOINTS;
      return everyone[account * PHONES_EACH + Math.floor(index / ENDPOINTS)] ?? '';
    });
    say(`${ENDPOINTS} accounts with an endpoint each are ready`);

    await world.deliver({ from, to: SHORT_CODE, count: 400, prefix: 'warm ', perSecond: PER_SECOND });
    await world.arrived({ prefix: 'warm ', count: 400, withinMs: 30_000 });

    const steady = PER_SECOND * SECONDS;
    const slow = await world.deliver({ from, to: SHORT_CODE, count: steady, prefix: 'steady ', perSecond: PER_SECOND });
    const calm = await world.arrived({ prefix: 'steady ', count: steady, withinMs: 60_000 });
    if (calm.arrived !== steady || calm.twice > 0) throw new Error(`${calm.arrived} of ${steady} arrived, ${calm.twice} twice`);

    const brisk = await world.deliver({ from, to: SHORT_CODE, count: BRISK * 5, prefix: 'brisk ', perSecond: BRISK });
    await world.arrived({ prefix: 'brisk ', count: BRISK * 5, withinMs: 60_000 });

    const fast = await world.deliver({ from, to: SHORT_CODE, count: BURST, prefix: 'burst ', perSecond: null });
    const flood = await world.arrived({ prefix: 'burst ', count: BURST, withinMs: 180_000 });
    if (flood.arrived !== BURST || flood.twice > 0) throw new Error(`${flood.arrived} of ${BURST} arrived, ${flood.twice} twice`);

    // A full load has just ended: what it left behind is not to be measured.
    await sleep(5000);
    const loads: Figure[] = [];
    for (const percent of LOADS) {
      const perSecond = Math.round((BURST / flood.seconds) * (percent / 100));
      const [prefix, count] = [`${percent} % `, perSecond * LOAD_SECONDS];
      const taken = await world.deliver({ from, to: SHORT_CODE, count, prefix, perSecond });
      const { p50, p99, arrived, twice } = await world.arrived({ prefix, count, withinMs: 60_000 });
      if (arrived !== count || twice > 0) throw new Error(`${arrived} of ${count} arrived at ${percent} %, ${twice} twice`);
      const line = `reply → callback at ${percent} % of that, p99`;
      const note = `${perSecond}/s: p50 ${round(p50)} ms; acknowledged p99 ${round(taken.p99)} ms`;
      loads.push({ line, value: round(p99), unit: 'ms', note });
    }

    const inserts = await insertsPerSecond(databaseUrl);
    const empty = await emptyRuns(temporalAddress, NAMESPACE);
    const over = `over ${ENDPOINTS} endpoints`;
    return [
      { line: `reply → callback at ${PER_SECOND}/s ${over}, p50`, value: round(calm.p50), unit: 'ms' },
      {
        line: `reply → callback at ${PER_SECOND}/s ${over}, p99`,
        value: round(calm.p99),
        unit: 'ms',
        aim: '≤ 300 ms',
        ratio: round(empty.itemP99 / calm.p99),
        note: `${steady} replies; as many in the same pages through empty activities ${round(empty.itemP99)} ms, of which the run ${round(empty.pageP99)} ms`,
      },
      { line: `reply acknowledged at ${PER_SECOND}/s, p99`, value: round(slow.p99), unit: 'ms' },
      { line: `reply acknowledged at ${BRISK}/s, p99`, value: round(brisk.p99), unit: 'ms', aim: '≤ 100 ms' },
      {
        line: 'replies acknowledged after commit',
        value: round(BURST / fast.seconds),
        unit: '/s',
        aim: '≥ 5,000/s',
        ratio: round(BURST / fast.seconds / inserts),
        note: `${BURST} at once; inserts by pages alone ${round(inserts)}/s`,
      },
      {
        line: `reply → callback saturated ${over}`,
        value: round(BURST / flood.seconds),
        unit: '/s',
        aim: '≥ 2,400/s',
        note: `from the first reply to the last callback; ${round(empty.perSecond)} empty runs/s`,
      },
      ...loads,
    ];
  },
};
