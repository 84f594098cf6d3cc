import type { CarrierSession, OpenDeps, OutboundMessage, SubmitResult } from '../carrier.ts';
import { createTokenBucket } from '../token-bucket.ts';
import { judge, type Judged } from './answer.ts';
import { openCaller, type Call } from './call.ts';
import type { HttpSettings } from './settings.ts';
import { fill, fillAll } from './template.ts';

type Waiting = { message: OutboundMessage; settle: (result: SubmitResult) => void };

/** One call a message, `window` at once. What has not been called when the line fails or closes is unsent. */
export function openSession(settings: HttpSettings, { log }: OpenDeps): CarrierSession {
  const caller = openCaller(settings.window, settings.timeoutMs);
  const rate = settings.messagesPerSecond === undefined ? null : settings.messagesPerSecond / settings.maxBinds;
  const bucket = createTokenBucket(rate);
  let state: 'connecting' | 'bound' | 'draining' | 'closed' = 'bound';
  let since = new Date();
  let lastError: string | null = null;
  let refused = false;
  let retryMs = settings.retryMinMs;
  let inFlight = 0;
  let pausedUntil = 0;
  let queue: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let readers: PromiseWithResolvers<void>[] = [];
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

  function note({ result, trouble }: Judged): void {
    if (result.outcome === 'throttled') pausedUntil = performance.now() + result.retryAfterMs;
    if (result.outcome === 'accepted') {
      lastError = null;
      refused = false;
      retryMs = settings.retryMinMs;
    }
    if (trouble === null || state !== 'bound') return;
    const reason = 'reason' in result ? result.reason : '';
    lastError = reason;
    refused = trouble === 'refused';
    const ms = trouble === 'refused' ? settings.refusedRetryMs : retryMs;
    if (trouble === 'refused')
      log.error({ alarm: 'http-login-refused', reason, retryInMs: ms }, 'The carrier refuses our calls: check the settings');
    else log.warn({ reason, retryInMs: ms }, 'The carrier could not be reached');
    retryMs = Math.min(settings.retryMaxMs, retryMs * 2);
    enter('connecting');
    unsend(reason);
    timer = setTimeout(() => {
      enter('bound');
      for (const { resolve } of readers.splice(0)) resolve();
    }, ms);
  }

  async function send({ message, settle }: Waiting): Promise<void> {
    inFlight++;
    const judged = judge(await caller.call(callOf(message, settings)), settings);
    inFlight--;
    note(judged);
    settle(judged.result);
    pump();
    if (inFlight === 0) idle();
  }

  function pump(): void {
    while (queue.length > 0 && inFlight < settings.window && (state === 'bound' || state === 'draining')) {
      const pauseMs = pausedUntil - performance.now();
      if (pauseMs > 0 || !bucket.take()) {
        clearTimeout(timer);
        timer = setTimeout(pump, pauseMs > 0 ? pauseMs : bucket.waitMs());
        return;
      }
      const next = queue.shift();
      if (next) void send(next);
    }
  }

  return {
    window: settings.window,
    async whenReady() {
      if (state === 'closed' || state === 'draining') throw new Error('The session is closed.');
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
    health: () => ({ state, since, inFlight, lastError, refused }),
    async close(graceMs) {
      clearTimeout(timer);
      enter('draining');
      unsend('closed');
      for (const { reject } of readers) reject(new Error('The session is closed.'));
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
      enter('closed');
      await caller.close();
    },
  };
}

function callOf(message: OutboundMessage, settings: HttpSettings): Call {
  const { username = '', password = '', token = '' } = settings;
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  const { id, to, from, text } = message;
  const values = { id, to, toDigits: to.replace(/^\+/, ''), from, text, username, password, token, basic };
  const headers = Object.fromEntries(Object.entries(settings.headers).map(([name, value]) => [name, fill(value, values)]));
  const { body: template, bodyFormat: format } = settings;
  const body = template === undefined ? null : write(fillAll(template, values), format);
  const type = format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  const given = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return {
    method: settings.method,
    url: fill(settings.url, values, encodeURIComponent),
    headers: body === null || given ? headers : { ...headers, 'content-type': type },
    body,
  };
}

function write(document: unknown, format: 'json' | 'form'): string {
  if (format === 'json') return JSON.stringify(document);
  const fields = new URLSearchParams();
  for (const [name, value] of typeof document === 'object' && document !== null ? Object.entries(document) : [])
    fields.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return fields.toString();
}
