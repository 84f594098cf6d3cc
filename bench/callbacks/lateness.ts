import { z } from 'zod';
import { percentile, round, type Bench } from '../bench.ts';
import { ask, checkLedger, inTurn, populate, until } from './callbacks.ts';
import { SHORT_CODE } from '../stage/stack.ts';

const WAKING = 50;
const EACH = 9;
const ROUNDS = 3;
const LATENCY_MS = 20;
/** No jitter, so that all wake together and lateness is known. */
const RETRY_AFTER_S = 10;

/** Fifty endpoints retry at the same moment; then fifty open ones are probed at the same moment. */
export const latenessBench: Bench = {
  name: 'callbacks-lateness',
  stack: { receipts: null, window: 100, endpointLatencyMs: LATENCY_MS },
  async measure(stack, say) {
    const { world, databaseUrl } = stack;
    const crowd = await populate(stack, { count: WAKING * (ROUNDS + 2), phonesEach: 20 });
    say(`${crowd.customers.length} endpoints are ready`);
    // The machine's ceiling today: as many first attempts at once.
    const everyone = inTurn(crowd, (n) => n < WAKING);
    await world.deliver({ from: everyone, to: SHORT_CODE, count: WAKING * EACH, prefix: 'fresh ', perSecond: null });
    const fresh = await world.arrived({ prefix: 'fresh ', count: WAKING * EACH, withinMs: 60_000 });
    const late: number[] = [];
    let sent = WAKING * EACH;
    for (let round = 0; round < ROUNDS; round++) {
      const mine = Array.from({ length: WAKING }, (_, n) => (round + 1) * WAKING + n);
      await world.behave(mine, { mode: 'status', status: 503, headers: { 'retry-after': String(RETRY_AFTER_S) } });
      const prefix = `round ${round} `;
      const count = WAKING * EACH;
      await world.deliver({ from: inTurn(crowd, (n) => mine.includes(n)), to: SHORT_CODE, count, prefix, perSecond: null });
      sent += count;
      await until('all were refused once', async () => (await retrying(databaseUrl)) === count, RETRY_AFTER_S * 1000);
      await world.behave(mine, { mode: 'ok' });
      await world.arrived({ prefix, count, withinMs: 60_000 });
      late.push(...(await world.waited(prefix)).map((ms) => ms - RETRY_AFTER_S * 1000));
    }
    if (late.length !== ROUNDS * WAKING * EACH) throw new Error(`${late.length} retries were seen`);

    const open = Array.from({ length: WAKING }, (_, n) => (ROUNDS + 1) * WAKING + n);
    await world.behave(open, { mode: 'status', status: 503 });
    const from = inTurn(crowd, (n) => open.includes(n));
    await world.deliver({ from, to: SHORT_CODE, count: WAKING * 20, prefix: 'open ', perSecond: null });
    sent += WAKING * 20;
    const openIds = open.flatMap((n) => crowd.customers[n]?.endpointId ?? []);
    const due = await probesDue(databaseUrl, openIds, say);
    await world.behave(open, { mode: 'ok' });
    await world.arrived({ prefix: 'open ', count: WAKING * 20, withinMs: 90_000 });
    const probes = await ask(
      databaseUrl,
      `select d.endpoint_id as id, extract(epoch from min(a.started_at))::float8 * 1000 as at from delivery_attempts a
         join deliveries d on d.id = a.delivery_id where a.probe group by 1`,
      { id: z.string(), at: z.number() },
    );
    const lateProbes = probes.flatMap(({ id, at }) => (due.has(id) ? [at - (due.get(id) ?? 0)] : []));
    const ledger = await checkLedger(stack, sent);
    return [
      {
        line: `retry lateness, ${WAKING} endpoints waking together, p99`,
        value: round(percentile(late, 0.99) / 1000),
        unit: 's',
        aim: '≤ 2 s',
        note: `${late.length} retries of ${EACH} an endpoint at once in ${ROUNDS} rounds, sink ${LATENCY_MS} ms; p50 ${round(percentile(late, 0.5) / 1000)} s; as many fresh replies at once: p99 ${round(fresh.p99 / 1000)} s`,
      },
      {
        line: `probe lateness, ${WAKING} open endpoints together, p99`,
        value: round(percentile(lateProbes, 0.99) / 1000),
        unit: 's',
        aim: '≤ 2 s',
        note: `${lateProbes.length} first probes; p50 ${round(percentile(lateProbes, 0.5) / 1000)} s; ${ledger}`,
      },
    ];
  },
};

async function retrying(databaseUrl: string): Promise<number> {
  const [row] = await ask(databaseUrl, `select count(*)::int as count from deliveries where state = 'retrying'`, {
    count: z.number(),
  });
  return row?.count ?? 0;
}

/** Time of each endpoint's first probe, once all are open. */
async function probesDue(databaseUrl: string, ids: string[], say: (line: string) => void): Promise<Map<string, number>> {
  const look = () =>
    ask(
      databaseUrl,
      `select id, extract(epoch from next_probe_at)::float8 * 1000 as at from callback_endpoints where id = any($1::uuid[]) and health = 'open'`,
      { id: z.string(), at: z.number() },
      [ids],
    );
  await until('all are open', async () => (await look()).length === ids.length, 25_000);
  say(`${ids.length} endpoints are open`);
  return new Map((await look()).map(({ id, at }) => [id, at]));
}
