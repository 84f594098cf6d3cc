import type { CarrierSession, OpenDeps, OutboundMessage, SubmitResult } from '../carrier.ts';
import { openDevice, type DeviceAnswer } from '../device.ts';
import { readInbox } from './inbox.ts';
import type { SmsgateSettings } from './settings.ts';

/** A phone sends one SMS every few seconds; more calls at once would only queue in it. */
const WINDOW = 4;
const BUSY_MS = 5000;
/** Answers that speak of the message or of the moment, not of the way to the phone. */
const ABOUT_THE_MESSAGE = new Set(['http-400', 'http-409', 'http-413', 'http-422', 'http-429']);

type Waiting = { message: OutboundMessage; settle: (result: SubmitResult) => void };

export function openSession(settings: SmsgateSettings, { log }: OpenDeps): CarrierSession {
  const device = openDevice(settings.url, settings, settings.timeoutMs);
  const base = new URL(settings.url).pathname.replace(/\/$/, '');
  let state: 'connecting' | 'bound' | 'closed' = 'bound';
  let since = new Date();
  let lastError: string | null = null;
  let retryMs = settings.retryMinMs;
  let inFlight = 0;
  let queue: Waiting[] = [];
  let readers: PromiseWithResolvers<void>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let idle: () => void = () => {};

  function enter(next: typeof state): void {
    state = next;
    since = new Date();
  }

  function unsend(reason: string): void {
    const waiting = queue;
    queue = [];
    for (const { settle } of waiting) settle({ outcome: 'unsent', reason });
  }

  /** Notes whether the phone was reached; one that was not is left alone for a while. */
  function note(answer: DeviceAnswer): void {
    if (answer.kind === 'answer' || ABOUT_THE_MESSAGE.has(answer.reason)) {
      retryMs = settings.retryMinMs;
      lastError = null;
      return;
    }
    if (answer.reason !== lastError) log.warn({ reason: answer.reason }, 'the phone could not be used');
    lastError = answer.reason;
    if (answer.kind !== 'unsent' || state !== 'bound') return;
    const ms = answer.refused ? settings.retryMaxMs : retryMs;
    retryMs = Math.min(retryMs * 2, settings.retryMaxMs);
    enter('connecting');
    unsend(answer.reason);
    timer = setTimeout(() => {
      enter('bound');
      for (const { resolve } of readers.splice(0)) resolve();
    }, ms);
  }

  async function ask({ id, to, text, port }: OutboundMessage): Promise<DeviceAnswer> {
    const answer = await device.post(`${base}/messages`, {
      id,
      textMessage: { text },
      phoneNumbers: [to],
      ...(port === null ? {} : { simNumber: port }),
      withDeliveryReport: true,
      ttl: settings.ttlSeconds,
    });
    note(answer);
    return answer;
  }

  async function send({ message, settle }: Waiting): Promise<void> {
    inFlight++;
    let answer = await ask(message);
    // The phone has it, or has not: the same id again says which, and sends nothing twice. It stays in doubt if that fails too.
    if (answer.kind === 'unknown' && state === 'bound') {
      const again = await ask(message);
      if (again.kind === 'answer' || again.reason === 'http-409') answer = again;
    }
    inFlight--;
    settle(resultOf(answer, message.id));
    pump();
    if (inFlight === 0) idle();
  }

  function pump(): void {
    while (queue.length > 0 && inFlight < WINDOW && state === 'bound') {
      const next = queue.shift();
      if (next) void send(next);
    }
  }

  return {
    window: WINDOW,
    async whenReady() {
      if (state === 'closed') throw new Error('The session is closed.');
      if (state === 'bound') return;
      const reader = Promise.withResolvers<void>();
      readers.push(reader);
      await reader.promise;
    },
    submit(batch) {
      const results = batch.map((message) => {
        if (state !== 'bound') return Promise.resolve<SubmitResult>({ outcome: 'unsent', reason: lastError ?? 'closed' });
        const { promise, resolve } = Promise.withResolvers<SubmitResult>();
        queue.push({ message, settle: resolve });
        return promise;
      });
      pump();
      return results;
    },
    async pollReplies(after) {
      return readInbox(settings, after, async (query) => {
        const answer = await device.get(`${base}/inbox?${query}`);
        // A phone without an inbox still sends.
        if (answer.kind === 'unsent' && answer.reason === 'http-404')
          throw new Error('the phone’s app keeps no inbox: set readInbox to false');
        note(answer);
        if (answer.kind !== 'answer') throw new Error(`the phone could not be asked: ${answer.reason}`);
        return answer;
      });
    },
    health: () => ({ state, since, inFlight, lastError }),
    async close(graceMs) {
      clearTimeout(timer);
      enter('closed');
      unsend('closed');
      for (const { reject } of readers.splice(0)) reject(new Error('The session is closed.'));
      readers = [];
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          const late = setTimeout(resolve, graceMs);
          idle = () => {
            clearTimeout(late);
            resolve();
          };
        });
      }
      await device.close(graceMs === 0 || inFlight > 0);
    },
  };
}

function resultOf(answer: DeviceAnswer, id: string): SubmitResult {
  if (answer.kind === 'answer') return { outcome: 'accepted', references: [id] };
  if (answer.kind === 'unknown') return { outcome: 'unknown', reason: answer.reason };
  switch (answer.reason) {
    case 'http-409':
      return { outcome: 'accepted', references: [id] };
    case 'http-429':
      return { outcome: 'throttled', retryAfterMs: BUSY_MS };
    case 'http-400':
    case 'http-413':
    case 'http-422':
      return { outcome: 'rejected', code: answer.reason };
    default:
      return { outcome: 'unsent', reason: answer.reason };
  }
}
