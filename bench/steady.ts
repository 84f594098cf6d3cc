import { percentile, round, type Bench } from './bench.ts';
import { ask, exchange, inTurn, populate } from './callbacks/callbacks.ts';
import { launch, phones } from './stage/stack.ts';
import { z } from 'zod';

const MINUTES = 30;
/** Minutes for compilation, pools and caches to warm up. */
const WARM = 5;
const ENDPOINTS = 50;
/** About half of what two cores take. */
const REPLIES_PER_SECOND = 500;
const MESSAGES_PER_SECOND = 1500;
/** Segments: a little over two a message, so that each minute's campaign ends in time. */
const CARRIER_PER_SECOND = 3600;
const MB = 1_048_576;

/** Half an hour of constant load: neither memory nor lag may grow. */
export const steadyBench: Bench = {
  name: 'steady',
  stack: { receipts: { delayMs: 200 }, window: 100, segmentsPerSecond: CARRIER_PER_SECOND, endpointLatencyMs: 5 },
  async measure(stack, say) {
    const { account, world, databaseUrl } = stack;
    const crowd = await populate(stack, { count: ENDPOINTS, phonesEach: 200 });
    const from = inTurn(crowd);
    const heaps: number[] = [];
    const lags: number[] = [];
    let late = 0;
    for (let minute = 0; minute < WARM + MINUTES; minute++) {
      await world.reset();
      const begun = performance.now();
      const count = MESSAGES_PER_SECOND * 60;
      await launch(account, phones(count, 1_000_000 + (minute % 60) * count));
      const prefix = `minute ${minute} `;
      const replies = REPLIES_PER_SECOND * 60;
      const { home } = await exchange(world, { from, count: replies, prefix, perSecond: REPLIES_PER_SECOND, withinMs: 60_000 });
      const { submitted } = await world.submitted({ count, withinMs: 60_000 });
      if (submitted < count) throw new Error(`${submitted} of ${count} went out in minute ${minute}`);
      if (performance.now() - begun > 70_000) late++;
      heaps.push((await stack.heap()) / MB);
      lags.push(home.p99);
      say(`minute ${minute}: heap ${heaps.at(-1)?.toFixed(1)} MB, reply → callback p99 ${Math.round(home.p99)} ms`);
    }
    const [state] = await ask(
      databaseUrl,
      `select count(*) filter (where state not in ('accepted', 'delivered'))::int as open, count(*)::int as all from messages`,
      { open: z.number(), all: z.number() },
    );
    const measured = heaps.slice(WARM);
    const basis = percentile(measured.slice(0, 5), 0.5);
    const furthest = Math.max(...measured.map((heap) => Math.abs(heap / basis - 1)));
    const [first, last] = [percentile(lags.slice(WARM, WARM + 5), 0.5), percentile(lags.slice(-5), 0.5)];
    const load = `${REPLIES_PER_SECOND} replies/s to ${ENDPOINTS} endpoints and ${MESSAGES_PER_SECOND} messages/s with receipts`;
    return [
      {
        line: `${MINUTES} minutes at half load: heap after collection, furthest from the first five looks`,
        value: round(furthest * 100),
        unit: '%',
        aim: '≤ 5 %',
        note: `${load}; from ${measured[0]?.toFixed(1)} to ${measured.at(-1)?.toFixed(1)} MB; ${state?.all} messages, ${state?.open} neither accepted nor delivered`,
      },
      {
        line: `${MINUTES} minutes at half load: reply → callback p99, last five minutes to first five`,
        value: round(last / first),
        unit: '×',
        aim: 'no growth',
        note: `${Math.round(first)} ms, then ${Math.round(last)} ms; ${late} minutes took over 70 s`,
      },
    ];
  },
};
