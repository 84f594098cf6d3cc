import type { OpenDeps, OutboundMessage } from '../carrier.ts';
import { openCalls, type Calls } from '../calls.ts';
import { createTokenBucket } from '../token-bucket.ts';
import type { Judged } from './answer.ts';
import { openCaller, type Call, type Called } from './call.ts';
import type { Calling, HttpSettings } from './settings.ts';
import { fill, fillAll } from './template.ts';

type Way = {
  /** Prefix of its alarms. */
  type: string;
  /** Outcome if no call can be made. */
  callOf(message: OutboundMessage): Call | Promise<Call | Called>;
  judge(called: Called): Judged;
  /** Login refused: true to retry with a fresh token. */
  refused?(): boolean;
};

/** One call per message, `window` at once, within the agreed rate, none during a pause the carrier asked for. */
export function openSession(settings: Calling, { type, callOf, judge, refused = () => false }: Way, { log }: OpenDeps): Calls {
  const caller = openCaller(settings.window, settings.timeoutMs);
  const rate = settings.messagesPerSecond === undefined ? null : settings.messagesPerSecond / settings.maxBinds;
  const bucket = createTokenBucket(rate);
  let pausedUntil = 0;

  async function send(message: OutboundMessage) {
    const make = async (): Promise<Called> => {
      const call = await callOf(message);
      return 'kind' in call ? call : caller.call(call);
    };
    let called = await make();
    // A 401 was not processed.
    if (called.kind === 'answer' && called.status === 401 && refused()) called = await make();
    const { result, way } = judge(called);
    if (result.outcome === 'throttled') pausedUntil = performance.now() + result.retryAfterMs;
    return { results: [result], way };
  }

  return openCalls({
    type,
    log,
    window: settings.window,
    atOnce: settings.window,
    settings,
    callsOf: (batch) => batch.map((message) => [message]),
    call: ([message]) => (message ? send(message) : Promise.resolve({ results: [], way: null })),
    waitMs() {
      const pauseMs = pausedUntil - performance.now();
      if (pauseMs > 0) return pauseMs;
      return bucket.take() ? 0 : bucket.waitMs();
    },
    close: () => caller.close(),
  });
}

/** The call described by the settings' templates. */
export function callOf(message: OutboundMessage, settings: HttpSettings, token = settings.token ?? ''): Call {
  const { username = '', password = '' } = settings;
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
