import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { round, type Bench } from '../bench.ts';
import { checkLedger, exchange, inTurn, populate, until } from './callbacks.ts';
import { NAMESPACE, SHORT_CODE, type Customer } from '../stage/stack.ts';

const HELD = 100_000;
const OTHERS = 50;
const OTHERS_PER_SECOND = 50;
const LATENCY_MS = 50;
const PLACES = 8;
const PAGE = 5000;

const Health = z.object({
  health: z.string(),
  waiting: z.object({ held: z.number(), retrying: z.number(), pending: z.number(), inFlight: z.number() }),
});
type Health = z.infer<typeof Health>;

const healthOf = async ({ get, endpointId }: Customer): Promise<Health> =>
  Health.parse(await get(`/v1/callback-endpoints/${endpointId}/health`));
const waitingIn = ({ waiting: { held, retrying, pending, inFlight } }: Health): number => held + retrying + pending + inFlight;

/** 100,000 replies wait for one endpoint; it recovers while other endpoints get fresh ones. */
export const backlogBench: Bench = {
  name: 'callbacks-backlog',
  stack: { receipts: null, window: 100, endpointLatencyMs: LATENCY_MS },
  async measure(stack, say) {
    const { world } = stack;
    const crowd = await populate(stack, { count: OTHERS + 1, phonesEach: 100 });
    const [big] = crowd.customers;
    if (!big) throw new Error('Nobody was made');
    const [mine, others] = [inTurn(crowd, (n) => n === 0), inTurn(crowd, (n) => n > 0)];
    const fill = (prefix: string, count: number) => world.deliver({ from: mine, to: SHORT_CODE, count, prefix, perSecond: null });
    await exchange(world, { from: others, count: 500, prefix: 'warm ', perSecond: OTHERS_PER_SECOND });

    await world.behave([0], { mode: 'status', status: 503 });
    await fill('first ', 40);
    await until('it is open', async () => (await healthOf(big)).health === 'open', 60_000);
    say('the endpoint is open');
    const before = await runsAndEvents(stack.temporalAddress);
    for (let page = 0; page < HELD / PAGE; page++) {
      await fill(`held ${page} `, PAGE);
      await until('the page is held', async () => waitingIn(await healthOf(big)) >= (page + 1) * PAGE, 300_000);
      say(`${((page + 1) * PAGE).toLocaleString('en')} are held`);
    }
    await world.behave([0], { mode: 'ok' });
    await until('a probe was answered', async () => (await healthOf(big)).health !== 'open', 900_000);
    say('the endpoint answers again');
    const begun = performance.now();
    const left = waitingIn(await healthOf(big));
    let drained = false;
    const waits: { p50: number; p99: number }[] = [];
    let fresh = 0;
    const drain = until('all is drained', async () => waitingIn(await healthOf(big)) === 0, 3_600_000).then(() => {
      drained = true;
    });
    while (!drained) {
      const [prefix, count] = [`fresh ${waits.length} `, OTHERS_PER_SECOND * 10];
      waits.push((await exchange(world, { from: others, count, prefix, perSecond: OTHERS_PER_SECOND })).home);
      fresh += count;
      if (waits.length % 6 === 0) say(`${waitingIn(await healthOf(big)).toLocaleString('en')} are left`);
    }
    await drain;
    const seconds = (performance.now() - begun) / 1000;
    const after = await runsAndEvents(stack.temporalAddress);
    const ledger = await checkLedger(stack, HELD + 540 + fresh);
    const perSecond = left / seconds;
    const cap = PLACES / (LATENCY_MS / 1000);
    const worst = Math.max(...waits.map(({ p99 }) => p99));
    const runs = after.runs - before.runs;
    const events = after.events - before.events;
    return [
      {
        line: `${HELD.toLocaleString('en')} held for one endpoint: drained at`,
        value: round(perSecond),
        unit: '/s',
        aim: 'its cap',
        ratio: round(perSecond / cap),
        note: `sink ${LATENCY_MS} ms, ${PLACES} places: ${cap}/s at most; ${left.toLocaleString('en')} in ${round(seconds)} s`,
      },
      {
        line: 'fresh replies of others meanwhile, p99',
        value: round(worst),
        unit: 'ms',
        aim: '≤ 1,000 ms',
        note: `${OTHERS} endpoints at ${OTHERS_PER_SECOND}/s, the worst of ${waits.length} spans of 10 s`,
      },
      {
        line: 'runs meanwhile, per thousand replies held and fresh',
        value: round((runs / (HELD + fresh)) * 1000),
        unit: '',
        aim: 'pages',
        note: `${runs.toLocaleString('en')} runs with ${events.toLocaleString('en')} events of history; ${ledger}`,
      },
    ];
  },
};

async function runsAndEvents(address: string): Promise<{ runs: number; events: number }> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace: NAMESPACE });
    let [runs, events] = [0, 0];
    for await (const run of client.workflow.list()) {
      runs++;
      events += run.historyLength ?? 0;
    }
    return { runs, events };
  } finally {
    await connection.close();
  }
}
