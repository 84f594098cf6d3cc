import { appendFile, mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askWorld, takeLedger, type Ledger } from './faults-ledger.ts';
import { LINKS, TROUBLES, type Trouble } from '../../test/fixtures/faults/faults-links.ts';
import { launch, PARTS, startFaultsStack, type FaultsStack } from '../../test/fixtures/faults/faults-stack.ts';

export const KINDS = ['kill', 'network', 'clock', 'disk'] as const;
export type Kind = (typeof KINDS)[number];
export type FaultsOptions = {
  seconds: number;
  everySeconds: number;
  /** How long a fault lasts, kills apart. */
  lastsSeconds?: number;
  kinds?: readonly Kind[];
  say: (line: string) => void;
};
type Fault = { name: string; begin(): Promise<void> | void; end(): Promise<void> | void };
export type FaultsReport = {
  faults: { fault: string; recoveredAfterMs: number }[];
  ledger: Ledger;
  drainedAfterMs: number;
};

const Received = z.object({ received: z.array(z.object({ to: z.string() })) });
const Total = z.object({ total: z.number() });
const DRAIN_MS = 180_000;
const HOUR = 3_600_000;

/** All faults, the kinds by turns. */
function faultsOf(stack: FaultsStack, kinds: readonly Kind[]): Fault[] {
  const { links, disk } = stack;
  const of: Record<Kind, Fault[]> = {
    kill: [
      ...PARTS.map((part) => ({ name: `kill -9 ${part}`, begin: () => stack.kill(part), end: () => {} })),
      // Longer than a sender trusts its lease, shorter than the lease lasts.
      { name: 'postgres stopped for 8.5 s', begin: () => stack.away(8500), end: () => {} },
    ],
    // Each fault hits another link each time: a short run covers both.
    network: LINKS.flatMap((_, shift) =>
      Object.keys(TROUBLES).map((trouble, n) => {
        const link = LINKS[(n + shift) % LINKS.length] ?? 'postgres';
        return {
          name: `${trouble} to ${link}`,
          begin: () => links?.spoil(link, isTrouble(trouble)),
          end: () => links?.mend(link),
        };
      }),
    ),
    clock: [HOUR, -HOUR].map((ms) => ({
      name: `clocks ${ms > 0 ? 'an hour ahead' : 'an hour behind'}`,
      begin: () => stack.shiftClocks(ms),
      end: () => stack.shiftClocks(0),
    })),
    disk: [
      {
        name: 'disk of PostgreSQL full',
        begin: () => disk?.fill(),
        async end() {
          await disk?.free();
          await stack.kill('postgres'); // It may have crashed already.
        },
      },
    ],
  };
  const lists = kinds.map((kind) => of[kind]);
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, n) => lists.flatMap((list) => list[n % list.length] ?? [])).flat();
}

const isTrouble = (name: string): Trouble => {
  const found = Object.keys(TROUBLES).find((trouble): trouble is Trouble => trouble === name);
  if (!found) throw new Error(`There is no trouble ${name}`);
  return found;
};

/** Sends campaigns and answers while faults happen one by one, then waits until everything has drained. */
export async function runFaults({
  seconds,
  everySeconds,
  lastsSeconds = 5,
  kinds = KINDS,
  say,
}: FaultsOptions): Promise<FaultsReport> {
  await using stack = await startFaultsStack({
    proxied: kinds.includes('network'),
    ...(kinds.includes('disk') ? { diskMegabytes: 1024 } : {}),
  });
  const end = performance.now() + seconds * 1000;
  const campaigns: string[] = [];
  const answered = new Set<string>();
  let loading = true;

  const campaigning = (async () => {
    for (let n = 0; loading; n++) {
      campaigns.push(await launch(stack, n));
      await sleep(1000);
    }
  })();
  const answering = (async () => {
    while (loading) {
      await answer(stack, answered);
      await sleep(250);
    }
  })();

  const faults: FaultsReport['faults'] = [];
  const all = faultsOf(stack, kinds);
  for (let n = 0; performance.now() < end; n++) {
    await sleep(everySeconds * 1000);
    const fault = all[n % all.length];
    if (!fault) break;
    const lasts = !/^kill|^postgres/.test(fault.name);
    await fault.begin();
    if (lasts) await sleep(lastsSeconds * 1000);
    const begun = performance.now();
    await fault.end();
    await untilWell(stack);
    const recoveredAfterMs = Math.round(performance.now() - begun);
    faults.push({ fault: fault.name, recoveredAfterMs });
    say(`${fault.name}: a reply came home again ${(recoveredAfterMs / 1000).toFixed(1)} s after`);
  }
  loading = false;
  await Promise.all([campaigning, answering]);

  const begun = performance.now();
  let ledger = await takeLedger(stack, campaigns);
  while ((ledger.replies.lost > 0 || ledger.messages.waiting > 0) && performance.now() - begun < DRAIN_MS) {
    await sleep(2000);
    await answer(stack, answered);
    ledger = await takeLedger(stack, campaigns);
  }
  await sleep(3000); // Time for a duplicate to arrive.
  return { faults, ledger: await takeLedger(stack, campaigns), drainedAfterMs: Math.round(performance.now() - begun) };
}

async function answer({ world }: FaultsStack, answered: Set<string>): Promise<void> {
  const log = Received.parse(await askWorld(`${world.phones}/log`));
  for (const { to } of log.received) {
    if (answered.has(to) || Number(to) % 3 !== 0) continue;
    answered.add(to);
    // Not awaited: the carrier retries until it is acknowledged.
    void reply(world.phones, to, `Réponse n° ${answered.size}`);
  }
}

const reply = (phones: string, phone: string, text: string): Promise<unknown> =>
  fetch(`${phones}/phones/${encodeURIComponent(phone)}/reply`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
    signal: AbortSignal.timeout(300_000),
  }).catch(() => {});

/** Waits until a fresh reply reaches the endpoint. */
async function untilWell({ world }: FaultsStack): Promise<void> {
  const total = async (): Promise<number> => Total.parse(await askWorld(`${world.endpoint}/log?limit=1`)).total;
  const before = await total();
  for (const end = performance.now() + 120_000; performance.now() < end && (await total()) <= before;) await sleep(100);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '5' },
      every: { type: 'string', default: '20' },
      kinds: { type: 'string', default: KINDS.join(',') },
    },
  });
  const asked = values.kinds.split(',');
  const kinds = KINDS.filter((kind) => asked.includes(kind));
  if (kinds.length !== asked.length) throw new Error(`--kinds takes some of ${KINDS.join(',')}`);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const report = await runFaults({ seconds: Number(values.minutes) * 60, everySeconds: Number(values.every), kinds, say });
  await mkdir('bench/results', { recursive: true });
  await appendFile('bench/results/faults.ndjson', `${JSON.stringify({ at: new Date().toISOString(), ...report })}\n`);
  console.log(JSON.stringify(report, null, 2));
  const { messages, replies, doubled } = report.ledger;
  const whole =
    messages.lost === 0 && messages.doubled === 0 && messages.waiting === 0 && replies.lost === 0 && doubled.platform === 0;
  process.exit(whole ? 0 : 1);
}
