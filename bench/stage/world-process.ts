import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ended } from '../../dev/launchers/child.ts';
import type { Behaviour } from './sink.ts';

const WORLD = fileURLToPath(new URL('./world.ts', import.meta.url));
const Waits = z.object({ seconds: z.number(), p50: z.number(), p99: z.number() });
const Arrived = Waits.extend({ arrived: z.number(), twice: z.number() });
const Taken = z.object({ taken: z.array(z.string()), twice: z.number() });
const Answer = z.object({ id: z.number(), result: z.unknown().optional(), error: z.string().optional() });
const Ports = z.object({ smscPort: z.number(), endpointPort: z.number(), smtpPort: z.number() });

/** Calls to the world's process (world.ts). */
export type World = {
  deliver(args: { from: string[]; to: string; count: number; prefix: string; perSecond: number | null }): Promise<Waits>;
  arrived(args: { prefix: string; count: number; withinMs: number }): Promise<Waits & { arrived: number; twice: number }>;
  submitted(args: { count: number; withinMs: number }): Promise<{ submitted: number; seconds: number }>;
  reset(): Promise<unknown>;
  behave(customers: number[], behaviour: Behaviour): Promise<unknown>;
  /** Milliseconds from each text's first refusal until it was taken. */
  waited(prefix: string): Promise<number[]>;
  taken(): Promise<{ taken: string[]; twice: number }>;
};
type Waits = { seconds: number; p50: number; p99: number };

/** Starts carrier, endpoints and mailboxes in their own process. */
export async function startWorld(args: { receipts: { delayMs: number } | null; latencyMs: number }) {
  await using starting = new AsyncDisposableStack();
  const child = fork(WORLD, { stdio: 'inherit' });
  starting.defer(() => ended(child));
  const ask = asker(child);
  const ports = Ports.parse(await ask('start', args));
  const world: World = {
    deliver: async (wish) => Waits.parse(await ask('deliver', wish)),
    arrived: async (wish) => Arrived.parse(await ask('arrived', wish)),
    submitted: async (wish) => z.object({ submitted: z.number(), seconds: z.number() }).parse(await ask('submitted', wish)),
    reset: () => ask('reset', {}),
    behave: (customers, behaviour) => ask('behave', { paths: customers.map(pathOf), behaviour }),
    waited: async (prefix) => z.array(z.number()).parse(await ask('waited', { prefix })),
    taken: async () => Taken.parse(await ask('taken', {})),
  };
  const running = starting.move();
  return { world, ...ports, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

export const pathOf = (n: number): string => `/hook/${n}`;

function asker(child: ChildProcess): (method: string, args: object) => Promise<unknown> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  child.on('message', (message) => {
    const { id, result, error } = Answer.parse(message);
    if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
  });
  return (method, args) => {
    const asked = Promise.withResolvers<unknown>();
    waiting.set(++last, asked);
    child.send({ id: last, method, args });
    return asked.promise;
  };
}
