import type { Logger } from 'pino';
import type { CarrierSession, OutboundMessage, SubmitResult } from './carrier.ts';

/** State of the way to a carrier after a call. `refused`: the login, which needs a person. */
export type Way = { is: 'open' } | { is: 'away' | 'refused'; reason: string };

/** One result per message, in order. `way` is null if it says nothing new. */
export type Called = { results: SubmitResult[]; way: Way | null };

type Options = {
  /** Prefix of the refused-login alarm. */
  type: string;
  log: Logger;
  /** Most unanswered messages; and most calls at once. */
  window: number;
  atOnce: number;
  settings: { retryMinMs: number; retryMaxMs: number; refusedRetryMs: number };
  callsOf(batch: OutboundMessage[]): OutboundMessage[][];
  call(messages: OutboundMessage[]): Promise<Called>;
  /** Zero: a call is made now. */
  waitMs?(): number;
  /**
   * A harmless question, when the session opens and before a carrier that was away is used again. Never rejects; null when
   * inconclusive. Without it one message is sent as the test.
   */
  probe?(): Promise<Way | null>;
  close(atOnce: boolean): Promise<void>;
};

export type Calls = Omit<CarrierSession, 'pollReplies' | 'pollReceipts'> & {
  /** Records what a question shows. Throws without asking while our login is refused: some carriers lock out repeated attempts. */
  ask<T>(question: () => Promise<{ answer: T; way: Way | null }>): Promise<T>;
};

type Desk = Options & {
  state: 'connecting' | 'bound' | 'draining' | 'closed';
  since: Date;
  lastError: string | null;
  refused: boolean;
  /** Not confirmed back: one call at a time. */
  careful: boolean;
  retryMs: number;
  inFlight: number;
  calling: number;
  queue: { messages: OutboundMessage[]; settle(results: SubmitResult[]): void }[];
  readers: PromiseWithResolvers<void>[];
  retrying: NodeJS.Timeout | undefined;
  pacing: NodeJS.Timeout | undefined;
  idle: () => void;
};

/**
 * A session with a carrier over HTTP: its call queue and availability. A carrier that is away is retried after ever longer waits;
 * messages waiting meanwhile are returned `unsent`.
 */
export function openCalls(options: Options): Calls {
  const desk: Desk = {
    ...options,
    state: options.probe ? 'connecting' : 'bound',
    since: new Date(),
    lastError: null,
    refused: false,
    careful: false,
    retryMs: options.settings.retryMinMs,
    inFlight: 0,
    calling: 0,
    queue: [],
    readers: [],
    retrying: undefined,
    pacing: undefined,
    idle: () => {},
  };
  if (desk.probe) void tryAgain(desk);
  return {
    window: options.window,
    async whenReady() {
      if (desk.state === 'closed' || desk.state === 'draining') throw new Error('The session is closed.');
      if (desk.state === 'bound') return;
      const reader = Promise.withResolvers<void>();
      desk.readers.push(reader);
      await reader.promise;
    },
    submit: (batch) => submit(desk, batch),
    async ask(question) {
      if (desk.refused && desk.state === 'connecting') throw new Error(`the carrier refuses our login: ${desk.lastError ?? ''}`);
      const { answer, way } = await question();
      if (way) note(desk, way);
      return answer;
    },
    health() {
      const { state, since, inFlight, lastError, refused } = desk;
      return { state, since, inFlight, lastError, refused };
    },
    close: (graceMs) => end(desk, graceMs),
  };
}

function enter(desk: Desk, next: Desk['state']): void {
  desk.state = next;
  desk.since = new Date();
}

function unsend(desk: Desk, reason: string): void {
  const waiting = desk.queue;
  desk.queue = [];
  for (const { messages, settle } of waiting) settle(messages.map(() => ({ outcome: 'unsent', reason })));
}

function open(desk: Desk): void {
  clearTimeout(desk.retrying);
  desk.retrying = undefined;
  enter(desk, 'bound');
  for (const { resolve } of desk.readers.splice(0)) resolve();
}

function note(desk: Desk, way: Way): void {
  if (desk.state === 'draining' || desk.state === 'closed') return;
  if (way.is === 'open') {
    desk.lastError = null;
    desk.refused = false;
    desk.careful = false;
    if (desk.state === 'connecting') open(desk);
    return;
  }
  // Calls made before the first failure say nothing new.
  if (desk.retrying) return;
  const { is, reason } = way;
  const retryInMs = is === 'refused' ? desk.settings.refusedRetryMs : desk.retryMs;
  if (is === 'refused')
    desk.log.error(
      { alarm: `${desk.type}-login-refused`, reason, retryInMs },
      'The carrier refuses our calls: check the settings',
    );
  else if (reason !== desk.lastError) desk.log.warn({ reason, retryInMs }, 'The carrier can not be used');
  desk.lastError = reason;
  desk.refused = is === 'refused';
  desk.retryMs = Math.min(desk.settings.retryMaxMs, desk.retryMs * 2);
  if (desk.state === 'bound') enter(desk, 'connecting');
  unsend(desk, reason);
  desk.retrying = setTimeout(() => void tryAgain(desk), retryInMs);
}

async function tryAgain(desk: Desk): Promise<void> {
  desk.retrying = undefined;
  const way = desk.probe ? await desk.probe() : null;
  if (way) return note(desk, way);
  if (desk.state !== 'connecting') return;
  desk.careful = desk.lastError !== null;
  open(desk);
}

async function run(desk: Desk, { messages, settle }: Desk['queue'][number]): Promise<void> {
  desk.calling++;
  desk.inFlight += messages.length;
  const { results, way } = await desk.call(messages);
  desk.calling--;
  desk.inFlight -= messages.length;
  // An answered question is not an accepted message: only a call resets the wait.
  if (way?.is === 'open') desk.retryMs = desk.settings.retryMinMs;
  if (way) note(desk, way);
  settle(results);
  pump(desk);
  if (desk.calling === 0) desk.idle();
}

function pump(desk: Desk): void {
  while (desk.queue.length > 0 && desk.state === 'bound' && desk.calling < (desk.careful ? 1 : desk.atOnce)) {
    const ms = desk.waitMs?.() ?? 0;
    if (ms > 0) {
      clearTimeout(desk.pacing);
      desk.pacing = setTimeout(() => pump(desk), ms);
      return;
    }
    const next = desk.queue.shift();
    if (next) void run(desk, next);
  }
}

function submit(desk: Desk, batch: OutboundMessage[]): Promise<SubmitResult>[] {
  if (desk.state !== 'bound') return batch.map(() => Promise.resolve({ outcome: 'unsent', reason: desk.lastError ?? 'closed' }));
  const open = new Map(batch.map((message) => [message, Promise.withResolvers<SubmitResult>()]));
  for (const messages of desk.callsOf(batch)) {
    const settle = (results: SubmitResult[]): void => {
      for (const [index, message] of messages.entries())
        open.get(message)?.resolve(results[index] ?? { outcome: 'unknown', reason: 'no-answer' });
    };
    desk.queue.push({ messages, settle });
  }
  pump(desk);
  return [...open.values()].map(({ promise }) => promise);
}

/** Returns waiting messages, gives calls under way `graceMs` to finish, and closes. */
async function end(desk: Desk, graceMs: number): Promise<void> {
  clearTimeout(desk.retrying);
  clearTimeout(desk.pacing);
  enter(desk, 'draining');
  unsend(desk, 'closed');
  for (const { reject } of desk.readers.splice(0)) reject(new Error('The session is closed.'));
  if (desk.calling > 0) {
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, graceMs);
      desk.idle = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }
  await desk.close(graceMs === 0 || desk.calling > 0);
  enter(desk, 'closed');
}
