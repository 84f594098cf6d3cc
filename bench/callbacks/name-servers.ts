import { z } from 'zod';
import { round, type Bench } from '../bench.ts';
import { ask, checkLedger, inTurn, populate, sleep } from './callbacks.ts';
import { SHORT_CODE } from '../stage/stack.ts';

const ENDPOINTS = 500;
const PER_SECOND = 50;
const GONE_S = 60;
const LATENCY_MS = 20;

/** Our name servers are silent for a minute, while replies for 500 endpoints come. */
export const nameServersBench: Bench = {
  name: 'callbacks-name-servers',
  stack: { receipts: null, window: 100, endpointLatencyMs: LATENCY_MS },
  async measure(stack, say) {
    const { world, databaseUrl } = stack;
    const crowd = await populate(stack, { count: ENDPOINTS, phonesEach: 5, by: 'name' });
    const from = inTurn(crowd);
    say(`${ENDPOINTS} endpoints are ready`);
    await world.deliver({ from, to: SHORT_CODE, count: ENDPOINTS, prefix: 'warm ', perSecond: PER_SECOND });
    await world.arrived({ prefix: 'warm ', count: ENDPOINTS, withinMs: 60_000 });
    // What is kept open is closed by then: a connection that stands needs no name.
    await sleep(6000);
    await world.names(false);
    const count = PER_SECOND * GONE_S;
    await world.deliver({ from, to: SHORT_CODE, count, prefix: 'gone ', perSecond: PER_SECOND });
    const [during] = await ask(
      databaseUrl,
      `select (select count(*)::int from deliveries where attempts > 1 or state in ('retrying', 'exhausted')) as spent,
         (select count(*)::int from callback_endpoints where health <> 'healthy') as blamed,
         (select count(*)::int from wanted_runs where name like 'endpoint/%') as runs,
         (select count(*)::int from deliveries where delivered_at is null) as waiting`,
      { spent: z.number(), blamed: z.number(), runs: z.number(), waiting: z.number() },
    );
    if (!during) throw new Error('The database says nothing');
    say(`a minute is over: ${during.waiting} wait`);
    await world.names(true);
    const back = performance.now();
    const home = await world.arrived({ prefix: 'gone ', count, withinMs: 120_000 });
    const seconds = (performance.now() - back) / 1000;
    if (home.arrived !== count) throw new Error(`${home.arrived} of ${count} arrived`);
    await sleep(1000);
    const [after] = await ask(databaseUrl, `select max(attempts)::int as most from deliveries`, { most: z.number() });
    const ledger = await checkLedger(stack, ENDPOINTS + count);
    const of = `${ENDPOINTS} endpoints by name, sink ${LATENCY_MS} ms, ${PER_SECOND} replies/s while the name server is silent for ${GONE_S} s`;
    return [
      {
        line: 'our name servers gone: attempts spent',
        value: during.spent + Math.max(0, (after?.most ?? 0) - 1),
        unit: '',
        aim: '0',
        note: of,
      },
      {
        line: 'our name servers gone: endpoints blamed, runs of their own',
        value: during.blamed + during.runs,
        unit: '',
        aim: '0',
        note: `${during.blamed} blamed, ${during.runs} runs`,
      },
      {
        line: 'our name servers back: all delivered after',
        value: round(seconds),
        unit: 's',
        aim: '≤ 30 s',
        note: `${during.waiting.toLocaleString('en')} waited; ${ledger}`,
      },
    ];
  },
};
