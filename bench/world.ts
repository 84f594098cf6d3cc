import { createServer, type RequestListener } from 'node:http';
import { z } from 'zod';
import { startSmsc } from '../simulator/smsc.ts';
import { percentile } from './bench.ts';

// A carrier and the customers' endpoints, in a process of their own: they cost the product nothing but its share of the machine.

const Start = z.object({ receipts: z.object({ delayMs: z.number() }).nullable(), latencyMs: z.number() });
const Deliver = z.object({
  /** Who writes to which code; each text is `prefix` and a number, so that it is known again at the endpoint. */
  from: z.array(z.string()),
  to: z.string(),
  count: z.number(),
  prefix: z.string(),
  /** Null: as fast as they are acknowledged. */
  perSecond: z.number().nullable(),
});
const Arrived = z.object({ prefix: z.string(), count: z.number(), withinMs: z.number() });
const Call = z.discriminatedUnion('method', [
  z.object({ id: z.number(), method: z.literal('start'), args: Start }),
  z.object({ id: z.number(), method: z.literal('deliver'), args: Deliver }),
  z.object({ id: z.number(), method: z.literal('arrived'), args: Arrived }),
  z.object({ id: z.number(), method: z.literal('submitted'), args: z.object({ count: z.number(), withinMs: z.number() }) }),
  z.object({ id: z.number(), method: z.literal('reset'), args: z.object({}) }),
]);
const Posted = z.object({ data: z.object({ reply: z.object({ text: z.string() }) }) });

const ENDPOINTS = 200;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const sentAt = new Map<string, number>();
const arrivedAt = new Map<string, number>();
let twice = 0;
let firstSubmit = 0;
let lastSubmit = 0;
let submitted = 0;
let smsc: Awaited<ReturnType<typeof startSmsc>> | undefined;

async function start({ receipts, latencyMs }: z.infer<typeof Start>) {
  smsc = await startSmsc({
    systemId: 'bench',
    password: 'bench',
    receipts: receipts ?? 'off',
    remember: 1000,
    onMessage() {
      lastSubmit = performance.now();
      if (submitted++ === 0) firstSubmit = lastSubmit;
    },
  });
  const handle: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { text } = Posted.parse(JSON.parse(Buffer.concat(chunks).toString())).data.reply;
      if (arrivedAt.has(text)) twice++;
      else arrivedAt.set(text, performance.now());
      setTimeout(() => response.writeHead(200).end('ok'), latencyMs);
    });
  };
  // Customers have servers of their own: an address of the loopback network each.
  const endpointPort = await listen(handle, '127.0.0.1', 0);
  for (let n = 1; n <= ENDPOINTS; n++) await listen(handle, `127.0.1.${n}`, endpointPort);
  return { smscPort: smsc.port, endpointPort };
}

const listen = (handle: RequestListener, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer(handle).listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
    server.once('error', reject);
  });

async function deliver({ from, to, count, prefix, perSecond }: z.infer<typeof Deliver>) {
  if (!smsc) throw new Error('Not started');
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
  const mine = () => [...arrivedAt.keys()].filter((text) => text.startsWith(prefix));
  const end = performance.now() + withinMs;
  while (arrivedAt.size < count && performance.now() < end) await sleep(20);
  while (mine().length < count && performance.now() < end) await sleep(100);
  const texts = mine();
  const waits = texts.map((text) => (arrivedAt.get(text) ?? 0) - (sentAt.get(text) ?? 0));
  const first = Math.min(...texts.map((text) => sentAt.get(text) ?? Infinity));
  const last = Math.max(...texts.map((text) => arrivedAt.get(text) ?? 0));
  return {
    arrived: texts.length,
    twice,
    seconds: (last - first) / 1000,
    p50: percentile(waits, 0.5),
    p99: percentile(waits, 0.99),
    max: Math.max(...waits),
  };
}

async function submittedUntil({ count, withinMs }: { count: number; withinMs: number }) {
  const end = performance.now() + withinMs;
  while (submitted < count && performance.now() < end) await sleep(10);
  return { submitted, seconds: (lastSubmit - firstSubmit) / 1000 };
}

function reset(): object {
  submitted = 0;
  sentAt.clear();
  arrivedAt.clear();
  twice = 0;
  return {};
}

const answer = (call: z.infer<typeof Call>): unknown => {
  switch (call.method) {
    case 'start':
      return start(call.args);
    case 'deliver':
      return deliver(call.args);
    case 'arrived':
      return arrived(call.args);
    case 'submitted':
      return submittedUntil(call.args);
    case 'reset':
      return reset();
    default:
      return call satisfies never;
  }
};

process.on('message', (message) => {
  const call = Call.parse(message);
  Promise.resolve(answer(call)).then(
    (result) => process.send?.({ id: call.id, result }),
    (error: unknown) => process.send?.({ id: call.id, error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
