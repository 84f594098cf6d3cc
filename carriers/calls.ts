import type { Logger } from 'pino';
import type { CarrierSession, OutboundMessage, SubmitResult } from './carrier.ts';

/** What a call tells of the way to a carrier. `refused`: it knows us not, which needs a person. */
export type Way = { is: 'open' } | { is: 'away' | 'refused'; reason: string };

/** One result per message of a call, in order. `way` is null when nothing was called, or it tells nothing. */
export type Called = { results: SubmitResult[]; way: Way | null };

type Options = {
  /** Names the alarm that a refused login raises. */
  type: string;
  log: Logger;
  /** The most messages that are taken and unanswered, and the most calls at once. */
  window: number;
  atOnce: number;
  settings: { retryMinMs: number; retryMaxMs: number; refusedRetryMs: number };
  /** Which messages go in one call. */
  callsOf(batch: OutboundMessage[]): OutboundMessage[][];
  /** Never rejects. */
  call(messages: OutboundMessage[]): Promise<Called>;
  /** Zero when a call may be made now: then it is. */
  waitMs?(): number;
  /**
   * Asks the carrier something that changes nothing: when the session opens, and before a carrier that was away is used again.
   * Never rejects; null when its answer does not say. Without it the next message tells, alone.
   */
  probe?(): Promise<Way | null>;
  close(atOnce: boolean): Promise<void>;
};

export type Calls = Omit<CarrierSession, 'pollReplies' | 'pollReceipts'> & {
  /** Notes what a question told; throws for a carrier that refuses our login, before it is asked again: some lock out who insists. */
  ask<T>(question: () => Promise<{ answer: T; way: Way | null }>): Promise<T>;
};

/**
 * A session with a carrier that is called over HTTP: what waits for its call, and whether the carrier can be used. One that is
 * away is left alone for a while, ever longer, and what waits for it is given back as `unsent`.
 */
export function openCalls({ type, log, window, atOnce, settings, callsOf, call, waitMs, probe, close }: Options): Calls {
  let state: 'connecting' | 'bound' | 'draining' | 'closed' = probe ? 'connecting' : 'bound';
  let since = new Date();
  let lastError: string | null = null;
  let refused = false;
  /** Not known to be back: one call at a time. */
  let careful = false;
  let retryMs = settings.retryMinMs;
  let inFlight = 0;
  let calling = 0;
  let queue: { messages: OutboundMessage[]; settle(results: SubmitResult[]): void }[] = [];
  const readers: PromiseWithResolvers<void>[] = [];
  let retrying: NodeJS.Timeout | null = null;
  let pacing: NodeJS.Timeout | undefined;
  let idle: () => void = () => {};

  function enter(next: typeof state): void {
    state = next;
    since = new Date();
  }

  function unsend(reason: string): void {
    const waiting = queue;
    queue = [];
    for (const { messages, settle } of waiting) settle(messages.map(() => ({ outcome: 'unsent', reason })));
  }

  function open(): void {
    if (retrying) clearTimeout(retrying);
    retrying = null;
    enter('bound');
    for (const { resolve } of readers.splice(0)) resolve();
  }

  function note(way: Way): void {
    if (state === 'draining' || state === 'closed') return;
    if (way.is === 'open') {
      lastError = null;
      refused = false;
      careful = false;
      if (state === 'connecting') open();
      return;
    }
    // Calls that were under way with the first that failed say nothing new.
    if (retrying) return;
    const { is, reason } = way;
    const retryInMs = is === 'refused' ? settings.refusedRetryMs : retryMs;
    if (is === 'refused')
      log.error({ alarm: `${type}-login-refused`, reason, retryInMs }, 'The carrier refuses our calls: check the settings');
    else if (reason !== lastError) log.warn({ reason, retryInMs }, 'The carrier can not be used');
    lastError = reason;
    refused = is === 'refused';
    retryMs = Math.min(settings.retryMaxMs, retryMs * 2);
    if (state === 'bound') enter('connecting');
    unsend(reason);
    retrying = setTimeout(() => void tryAgain(), retryInMs);
  }

  async function tryAgain(): Promise<void> {
    retrying = null;
    const way = probe ? await probe() : null;
    if (way) return note(way);
    if (state !== 'connecting') return;
    careful = lastError !== null;
    open();
  }

  async function run({ messages, settle }: (typeof queue)[number]): Promise<void> {
    calling++;
    inFlight += messages.length;
    const { results, way } = await call(messages);
    calling--;
    inFlight -= messages.length;
    // A question that is answered is no message that was taken: only this shortens the next wait again.
    if (way?.is === 'open') retryMs = settings.retryMinMs;
    if (way) note(way);
    settle(results);
    pump();
    if (calling === 0) idle();
  }

  function pump(): void {
    while (queue.length > 0 && state === 'bound' && calling < (careful ? 1 : atOnce)) {
      const ms = waitMs?.() ?? 0;
      if (ms > 0) {
        clearTimeout(pacing);
        pacing = setTimeout(pump, ms);
        return;
      }
      const next = queue.shift();
      if (next) void run(next);
    }
  }

  if (probe) void tryAgain();
  return {
    window,
    async whenReady() {
      if (state === 'closed' || state === 'draining') throw new Error('The session is closed.');
      if (state === 'bound') return;
      const reader = Promise.withResolvers<void>();
      readers.push(reader);
      await reader.promise;
    },
    submit(batch) {
      if (state !== 'bound') return batch.map(() => Promise.resolve({ outcome: 'unsent', reason: lastError ?? 'closed' }));
      const open = new Map(batch.map((message) => [message, Promise.withResolvers<SubmitResult>()]));
      for (const messages of callsOf(batch)) {
        const settle = (results: SubmitResult[]): void => {
          for (const [index, message] of messages.entries())
            open.get(message)?.resolve(results[index] ?? { outcome: 'unknown', reason: 'no-answer' });
        };
        queue.push({ messages, settle });
      }
      pump();
      return [...open.values()].map(({ promise }) => promise);
    },
    async ask(question) {
      if (refused && state === 'connecting') throw new Error(`the carrier refuses our login: ${lastError ?? ''}`);
      const { answer, way } = await question();
      if (way) note(way);
      return answer;
    },
    health: () => ({ state, since, inFlight, lastError, refused }),
    async close(graceMs) {
      if (retrying) clearTimeout(retrying);
      clearTimeout(pacing);
      enter('draining');
      unsend('closed');
      for (const { reject } of readers.splice(0)) reject(new Error('The session is closed.'));
      if (calling > 0) {
        await new Promise<void>((resolve) => {
          const late = setTimeout(resolve, graceMs);
          idle = () => {
            clearTimeout(late);
            resolve();
          };
        });
      }
      await close(graceMs === 0 || calling > 0);
      enter('closed');
    },
  };
}
