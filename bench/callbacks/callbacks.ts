import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import { launch, phones, SHORT_CODE, type Customer, type Stack } from '../stage/stack.ts';
import type { World } from '../stage/world-process.ts';
import type { Answer } from '../../dev/seed.ts';

export async function until(what: string, look: () => Promise<boolean>, withinMs: number): Promise<number> {
  const begun = performance.now();
  while (!(await look())) {
    if (performance.now() - begun > withinMs) throw new Error(`Waited ${withinMs / 1000} s in vain until ${what}`);
    await sleep(250);
  }
  return performance.now() - begun;
}

/** Customers created in parallel. */
const AT_ONCE = 10;

export type Crowd = { customers: Customer[]; /** Phones by customer. */ phones: string[][] };

/** Creates customers, each with an endpoint and phones that were just sent a campaign. */
export async function populate(
  { customer, world }: Stack,
  {
    count,
    phonesEach,
    fields = () => ({}),
  }: {
    count: number;
    phonesEach: number;
    fields?: (n: number) => Answer;
  },
): Promise<Crowd> {
  await world.reset();
  const made: { customer: Customer; own: string[] }[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => from + index);
    const some = numbers.map(async (n) => {
      const [account, own] = [await customer(n, fields(n)), phones(phonesEach, n * 1000)];
      await launch(account, own);
      return { customer: account, own };
    });
    made.push(...(await Promise.all(some)));
  }
  const crowd = { customers: made.map((each) => each.customer), phones: made.map((each) => each.own) };
  const wanted = count * phonesEach;
  const { submitted } = await world.submitted({ count: wanted, withinMs: 120_000 });
  if (submitted < wanted) throw new Error(`${submitted} of ${wanted} messages went out`);
  return crowd;
}

/** The phones of some customers, round robin over the accounts. */
export function inTurn(crowd: Crowd, which: (n: number) => boolean = () => true): string[] {
  const chosen = crowd.phones.filter((_, n) => which(n));
  const most = chosen.reduce((length, own) => Math.max(length, own.length), 0);
  return Array.from({ length: most }, (_, index) => chosen.flatMap((own) => own[index] ?? [])).flat();
}

/** Sends replies to the short code; throws unless each arrived exactly once. */
export async function exchange(
  world: World,
  { withinMs = 120_000, ...load }: Omit<Parameters<World['deliver']>[0], 'to'> & { withinMs?: number },
) {
  const taken = await world.deliver({ ...load, to: SHORT_CODE });
  const home = await world.arrived({ prefix: load.prefix, count: load.count, withinMs });
  if (home.arrived !== load.count || home.twice > 0)
    throw new Error(`${load.prefix}: ${home.arrived} of ${load.count} arrived, ${home.twice} twice`);
  return { taken, home };
}

/** Queries the database, for facts that the API does not give. */
export async function ask<R extends z.ZodRawShape>(databaseUrl: string, sql: string, shape: R, values: unknown[] = []) {
  const client = new Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query(sql, values);
    return z.array(z.object(shape)).parse(rows);
  } finally {
    await client.end();
  }
}

const Ledger = z.object({
  events: z.number(),
  owed: z.number(),
  states: z.record(z.string(), z.number()),
  broken: z.record(z.string(), z.number()),
});

/** Compares both ends: each reply sent is filed, and at the sink or in a listed state. Throws otherwise. */
export async function checkLedger({ operator, databaseUrl, world }: Stack, sentSoFar: number): Promise<string> {
  const { owed, states, broken } = Ledger.parse(await operator.get('/v1/operator/ledger'));
  if (Object.keys(broken).length > 0) throw new Error(`The ledger is broken: ${JSON.stringify(broken)}`);
  const { taken, twice } = await world.taken();
  const atSink = new Set(taken);
  const listed = await ask(
    databaseUrl,
    `select r.text, d.delivered_at is not null as delivered, d.attempts from replies r
       left join events e on e.reply_id = r.id and e.type = 'reply.received' left join deliveries d on d.event_id = e.id`,
    { text: z.string(), delivered: z.boolean().nullable(), attempts: z.number().nullable() },
  );
  const missing = listed.filter(({ text, delivered }) => delivered === null || (delivered && !atSink.has(text)));
  if (listed.length < sentSoFar) throw new Error(`${sentSoFar - listed.length} of ${sentSoFar} replies are not filed`);
  if (missing.length > 0) throw new Error(`${missing.length} replies are neither at the sink nor listed`);
  const counted = Object.entries(states).map(([state, count]) => `${count.toLocaleString('en')} ${state}`);
  return `ledger of ${owed.toLocaleString('en')}: ${counted.join(', ')}; at the sink twice ${twice}`;
}
