import { setTimeout as sleep } from 'node:timers/promises';
import { round, type Bench, type Figure } from '../bench.ts';
import { inTurn, populate } from '../callbacks/callbacks.ts';
import { LOAD } from '../replies.ts';
import { launch, phones, SHORT_CODE, startStack, type StackOptions } from '../stage/stack.ts';
import { startWorld, type World } from '../stage/world-process.ts';
import { startKannel } from './kannel.ts';

const LIST = 50_000;
const CRASH = 10_000;
const CRASH_PER_SECOND = 1000;
const LOADS = [0.25, 0.5, 0.75];

/** How a peer takes a list, which phones answer, and how it is killed and restarted. */
type Peer = { world: World; from: string[]; accept(phones: string[]): Promise<number>; crash(): Promise<void> };
type Measured = {
  accept: number;
  submit: number;
  p50: number;
  p99: number;
  saturated: number;
  /** 99th percentile at 25, 50 and 75 % of saturation. */
  loaded: number[];
  lost: number;
  twice: number;
};

async function measurePeer({ world, from, accept, crash }: Peer): Promise<Measured> {
  const deliver = async (prefix: string, count: number, perSecond: number | null, withinMs = 180_000) => {
    await world.deliver({ from, to: SHORT_CODE, count, prefix, perSecond });
    return world.arrived({ prefix, count, withinMs });
  };
  await deliver('warm ', 400, LOAD.perSecond);
  await world.reset();
  const accepted = await accept(phones(LIST, 1_000_000));
  const { submitted, seconds } = await world.submitted({ count: LIST, withinMs: 180_000 });
  const steady = await deliver('steady ', LOAD.perSecond * LOAD.seconds, LOAD.perSecond);
  const flood = await deliver('burst ', LOAD.burst, null);
  const saturated = flood.arrived / flood.seconds;
  const loaded: number[] = [];
  for (const share of LOADS) {
    const perSecond = Math.round(saturated * share);
    loaded.push((await deliver(`at ${share} `, perSecond * 10, perSecond)).p99);
  }
  await world.reset();
  const crashed = deliver('crash ', CRASH, CRASH_PER_SECOND, 60_000);
  await sleep((CRASH / CRASH_PER_SECOND) * 400);
  await crash();
  const { arrived, twice } = await crashed;
  return {
    accept: LIST / accepted,
    submit: submitted / seconds,
    p50: steady.p50,
    p99: steady.p99,
    saturated,
    loaded,
    lost: CRASH - arrived,
    twice,
  };
}

async function measureKannel(): Promise<Measured> {
  await using made = await startWorld({ receipts: null, latencyMs: LOAD.endpointMs });
  await using kannel = await startKannel(made);
  return await measurePeer({ ...kannel, world: made.world, from: phones(LOAD.endpoints * LOAD.phonesEach) });
}

async function measureOurs(options: Partial<StackOptions>): Promise<Measured> {
  await using stack = await startStack({ receipts: null, window: 100, endpointLatencyMs: LOAD.endpointMs, ...options });
  const from = inTurn(await populate(stack, { count: LOAD.endpoints, phonesEach: LOAD.phonesEach }));
  return await measurePeer({
    world: stack.world,
    from,
    accept: async (list) => (await launch(stack.account, list)).seconds,
    async crash() {
      for (const pid of stack.pids.workers) process.kill(pid, 'SIGKILL');
      await stack.oneMore();
    },
  });
}

/** The same work by Kannel and by this product; `--times 5` takes medians. */
export const peersBench: Bench = {
  name: 'peers',
  async alone(say, options) {
    say('Kannel');
    const kannel = await measureKannel();
    say(JSON.stringify(kannel));
    say('this product');
    const ours = await measureOurs(options);
    say(JSON.stringify(ours));
    const compared = (line: string, unit: string, [mine, theirs]: [number, number], aim?: string): Figure => ({
      line: `${line}, to Kannel's`,
      value: round(mine / theirs),
      unit: '×',
      ...(aim === undefined ? {} : { aim }),
      note: `${round(mine)} to ${round(theirs)} ${unit}`,
    });
    const at = (who: Measured): string => LOADS.map((share, n) => `${share * 100} % ${round(who.loaded[n] ?? 0)} ms`).join(', ');
    return [
      compared('accept a list', 'a second', [ours.accept, kannel.accept], '≥ 5'),
      compared('submit, window 100', 'a second', [ours.submit, kannel.submit], '≥ 1.7'),
      compared('reply → HTTP, saturated', 'a second', [ours.saturated, kannel.saturated], '≥ 0.7'),
      compared(`reply → HTTP at ${LOAD.perSecond}/s, p50`, 'ms', [ours.p50, kannel.p50]),
      compared(`reply → HTTP at ${LOAD.perSecond}/s, p99`, 'ms', [ours.p99, kannel.p99]),
      {
        line: 'reply → HTTP p99 at 75 % of saturation, to that at 25 %',
        value: round((ours.loaded[2] ?? 0) / (ours.loaded[0] ?? 1)),
        unit: '×',
        aim: '≤ 3',
        note: `of its own saturation, this product: ${at(ours)}; Kannel: ${at(kannel)}`,
      },
      ...[
        { who: 'this product', of: ours },
        { who: 'Kannel', of: kannel },
      ].map(({ who, of }) => ({
        line: `replies lost by ${who}, of ${CRASH} acknowledged, after a kill -9 in mid-run`,
        value: of.lost,
        unit: '',
        note: `${of.twice} came twice`,
      })),
    ];
  },
};
