import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startSmsc } from '../../dev/simulator/smsc.ts';
import { percentile } from '../bench.ts';
import { startMailboxes } from './mailbox.ts';
import { Behaviour, startSink } from './sink.ts';

// Carrier, endpoints and mailboxes, in their own process so that the product is not charged for them.

const Start = z.object({ receipts: z.object({ delayMs: z.number() }).nullable(), latencyMs: z.number() });
const Deliver = z.object({
  /** Each text is `prefix` and a number, so that it is recognised on arrival. */
  from: z.array(z.string()),
  to: z.string(),
  count: z.number(),
  prefix: z.string(),
  /** Null: as fast as possible. */
  perSecond: z.number().nullable(),
});
const Wait = z.object({ count: z.number(), withinMs: z.number() });
const Arrived = Wait.extend({ prefix: z.string() });
const Behave = z.object({ paths: z.array(z.string()), behaviour: Behaviour });
const Call = z.object({ id: z.number(), method: z.string(), args: z.unknown() });

const sentAt = new Map<string, number>();
let firstSubmit = 0;
let lastSubmit = 0;
let submitted = 0;
let world: Awaited<ReturnType<typeof open>> | undefined;

async function open({ receipts, latencyMs }: z.infer<typeof Start>) {
  const smsc = await startSmsc({
    systemId: 'bench',
    password: 'bench',
    receipts: receipts ?? 'off',
    remember: 1000,
    onMessage() {
      lastSubmit = performance.now();
      if (submitted++ === 0) firstSubmit = lastSubmit;
    },
  });
  const sink = await startSink(latencyMs);
  return { smsc, sink, smtpPort: await startMailboxes(sink.take) };
}

function opened(): NonNullable<typeof world> {
  if (!world) throw new Error('Not started');
  return world;
}

async function start(args: z.infer<typeof Start>) {
  world = await open(args);
  return { smscPort: world.smsc.port, endpointPort: world.sink.port, smtpPort: world.smtpPort };
}

async function deliver({ from, to, count, prefix, perSecond }: z.infer<typeof Deliver>) {
  const { smsc } = opened();
  const waits: number[] = [];
  const begun = performance.now();
  const all: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    if (perSecond !== null) {
      const due = begun + (n / perSecond) * 1000;
      while (performance.now() < due) await sleep(Math.max(0, due - performance.now()));
    }
    const text = `${prefix}${n}`;
    const at = performance.now();
    sentAt.set(text, at);
    all.push(smsc.deliver({ from: from[n % from.length] ?? '', to, text }).then(() => void waits.push(performance.now() - at)));
  }
  await Promise.all(all);
  return { seconds: (performance.now() - begun) / 1000, p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) };
}

async function arrived({ prefix, count, withinMs }: z.infer<typeof Arrived>) {
  const { takenAt, twice } = opened().sink;
  const mine = () => [...takenAt.keys()].filter((text) => text.startsWith(prefix));
  const end = performance.now() + withinMs;
  while (takenAt.size < count && performance.now() < end) await sleep(20);
  while (mine().length < count && performance.now() < end) await sleep(100);
  const texts = mine();
  const waits = texts.map((text) => (takenAt.get(text) ?? 0) - (sentAt.get(text) ?? 0));
  const first = texts.reduce((soonest, text) => Math.min(soonest, sentAt.get(text) ?? Infinity), Infinity);
  const last = texts.reduce((latest, text) => Math.max(latest, takenAt.get(text) ?? 0), 0);
  return {
    arrived: texts.length,
    twice: twice(),
    seconds: (last - first) / 1000,
    p50: percentile(waits, 0.5),
    p99: percentile(waits, 0.99),
  };
}

function waited(prefix: string): number[] {
  const { takenAt, failedAt } = opened().sink;
  return [...failedAt].flatMap(([text, failed]) => {
    const taken = takenAt.get(text);
    return text.startsWith(prefix) && taken !== undefined ? [taken - failed] : [];
  });
}

async function submittedUntil({ count, withinMs }: z.infer<typeof Wait>) {
  const end = performance.now() + withinMs;
  while (submitted < count && performance.now() < end) await sleep(10);
  return { submitted, seconds: (lastSubmit - firstSubmit) / 1000 };
}

function reset(): object {
  submitted = 0;
  sentAt.clear();
  opened().sink.reset();
  return {};
}

const METHODS: Record<string, (args: unknown) => unknown> = {
  start: (args) => start(Start.parse(args)),
  deliver: (args) => deliver(Deliver.parse(args)),
  arrived: (args) => arrived(Arrived.parse(args)),
  submitted: (args) => submittedUntil(Wait.parse(args)),
  reset,
  behave(args) {
    const { paths, behaviour } = Behave.parse(args);
    opened().sink.behave(paths, behaviour);
    return {};
  },
  waited: (args) => waited(z.object({ prefix: z.string() }).parse(args).prefix),
  taken: () => ({ taken: [...opened().sink.takenAt.keys()], twice: opened().sink.twice() }),
};

process.on('message', (message) => {
  const { id, method, args } = Call.parse(message);
  Promise.resolve(METHODS[method]?.(args)).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
