import { round, type Bench, type Figure } from '../bench.ts';
import { checkLedger, exchange, inTurn, populate } from './callbacks.ts';
import { phasesOf } from './phases.ts';
import { SHORT_CODE } from '../stage/stack.ts';

const ENDPOINTS = 200;
const PER_SECOND = 200;
const SECONDS = 60;
const LATENCY_MS = 20;
const TIMEOUT_MS = 30_000;

const isHole = (n: number): boolean => n % 10 === 0;
const isBroken = (n: number): boolean => n % 10 === 1;
const isSick = (n: number): boolean => isHole(n) || isBroken(n);
const SICK = Array.from({ length: ENDPOINTS }, (_, n) => n).filter(isSick);

/** Latency of healthy endpoints while a tenth never answers and a tenth fails. */
export const blackHolesBench: Bench = {
  name: 'callbacks-black-holes',
  stack: { receipts: null, window: 100, endpointLatencyMs: LATENCY_MS },
  async measure(stack, say) {
    const { world } = stack;
    const crowd = await populate(stack, { count: ENDPOINTS, phonesEach: 20, fields: () => ({ timeoutMs: TIMEOUT_MS }) });
    const [well, sick] = [inTurn(crowd, (n) => !isSick(n)), inTurn(crowd, isSick)];
    const healthy = PER_SECOND * (1 - SICK.length / ENDPOINTS);
    let sent = 0;
    async function phase(name: string, seconds: number) {
      const count = healthy * seconds;
      const others = (PER_SECOND - healthy) * seconds;
      sent += count + others;
      const [{ home }] = await Promise.all([
        exchange(world, { from: well, prefix: `${name} well `, count, perSecond: healthy }),
        world.deliver({ from: sick, to: SHORT_CODE, prefix: `${name} sick `, count: others, perSecond: PER_SECOND - healthy }),
      ]);
      return { ...home, perSecond: count / home.seconds };
    }
    say(`${ENDPOINTS} endpoints are ready`);
    await phase('warm', 10);
    const calm = await phase('calm', SECONDS);
    say('without trouble: measured');
    const [holes, broken] = [SICK.filter(isHole), SICK.filter(isBroken)];
    await world.behave(holes, { mode: 'black-hole' });
    await world.behave(broken, { mode: 'status', status: 500 });
    const trouble = await phase('trouble', SECONDS);
    for (const name of ['calm', 'trouble'])
      say(`${name}, p50/p99 of each step: ${await phasesOf(stack.databaseUrl, `${name} well `)}`);
    const ledger = await checkLedger(stack, sent);
    const of = `${ENDPOINTS} endpoints of ${LATENCY_MS} ms at ${PER_SECOND}/s`;
    const ratio = trouble.p99 / calm.p99;
    const figures: Figure[] = [
      {
        line: 'healthy p99 beside 10 % black holes (30 s) and 10 % 500s, to that without',
        value: round(ratio),
        unit: '×',
        aim: '≤ 1.5 ×',
        note: `${of}: p50 ${round(trouble.p50)} ms, p99 ${round(trouble.p99)} ms; without p50 ${round(calm.p50)} ms, p99 ${round(calm.p99)} ms`,
      },
      {
        line: 'healthy throughput beside them, to that without',
        value: round((trouble.perSecond / calm.perSecond) * 100),
        unit: '%',
        aim: '≥ 95 %',
        note: `${round(trouble.perSecond)} of ${round(calm.perSecond)}/s; ${ledger}`,
      },
    ];
    return figures;
  },
};
