import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { isGsm7 } from '../../domain/gsm7.ts';
import { defineCarrier, type CarrierSession, type OpenDeps, type OutboundMessage, type SubmitResult } from '../carrier.ts';
import { clockOf, openDevice, type DeviceAnswer } from '../device.ts';
import { readIncoming, readResults } from './incoming.ts';
import { dinstarSettings, type DinstarSettings } from './settings.ts';

/** A Dinstar SIM gateway by its HTTP API: each message leaves by the SIM that was chosen for it, replies are asked for. */
export const dinstar = defineCarrier({
  name: 'dinstar',
  settings: dinstarSettings,
  capabilities: { route: 'lowcost', replies: 'poll', receipts: 'poll', maxBatch: 128, dedupe: 'none', cursor: 'id' },
  open: openSession,
});

const MOST_IN_A_CALL = 128;
/** The device keeps correlation ids in 31 bits, and knows nobody's but ours. */
const USER_IDS = 2 ** 31;
const BUSY_MS = 5000;
const NO_PORT_MS = 30_000;

function openSession(settings: DinstarSettings, { log }: OpenDeps): CarrierSession {
  const device = openDevice(settings.url, settings, settings.timeoutMs);
  const closing = new AbortController();
  let state: 'connecting' | 'bound' = 'bound';
  let since = new Date();
  let lastError: string | null = null;
  let retryMs = settings.retryMinMs;
  let inFlight = 0;
  const waiting: PromiseWithResolvers<void>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let idle: () => void = () => {};

  const enter = (next: typeof state): void => {
    if (state !== next) since = new Date();
    state = next;
  };

  /** Notes whether the device was reached; one that was not is left alone for a while. */
  function note(answer: DeviceAnswer): DeviceAnswer {
    if (answer.kind === 'answer') {
      retryMs = settings.retryMinMs;
      lastError = null;
    } else {
      if (answer.reason !== lastError) log.warn({ reason: answer.reason }, 'the gateway could not be used');
      lastError = answer.reason;
      if (answer.kind === 'unsent' && !closing.signal.aborted) leaveAlone(answer.refused ? settings.retryMaxMs : retryMs);
    }
    return answer;
  }

  function leaveAlone(ms: number): void {
    if (state === 'connecting') return;
    enter('connecting');
    retryMs = Math.min(retryMs * 2, settings.retryMaxMs);
    timer = setTimeout(() => {
      enter('bound');
      for (const { resolve } of waiting.splice(0)) resolve();
    }, ms);
  }

  async function call(messages: OutboundMessage[], port: number, unicode: boolean): Promise<SubmitResult[]> {
    if (closing.signal.aborted) return messages.map(() => ({ outcome: 'unsent', reason: 'closed' }));
    const userIds = messages.map(() => randomInt(1, USER_IDS));
    inFlight += messages.length;
    const answer = note(
      await device.post('/api/send_sms', {
        text: '#param#',
        port: [port],
        encoding: unicode ? 'unicode' : 'gsm-7bit',
        request_status_report: true,
        param: messages.map((message, index) => ({
          number: message.to,
          user_id: userIds[index],
          text_param: [message.text],
        })),
      }),
    );
    inFlight -= messages.length;
    if (inFlight === 0) idle();
    return messages.map((_, index) => resultOf(answer, String(userIds[index])));
  }

  /** One call after the other: the device queues what it takes, and a SIM sends one SMS at a time. */
  async function run(calls: { port: number; unicode: boolean; messages: OutboundMessage[] }[], settle: Settle): Promise<void> {
    for (const { port, unicode, messages } of calls) {
      // oxlint-disable-next-line no-await-in-loop -- one call at a time is the point
      const results = await call(messages, port, unicode);
      for (const [index, message] of messages.entries()) settle(message, results[index]);
    }
  }

  return {
    window: MOST_IN_A_CALL,
    async whenReady() {
      if (closing.signal.aborted) throw new Error('The session is closed.');
      if (state === 'bound') return;
      const ready = Promise.withResolvers<void>();
      waiting.push(ready);
      await ready.promise;
    },
    submit(batch) {
      const open = new Map(batch.map((message) => [message, Promise.withResolvers<SubmitResult>()]));
      const settle: Settle = (message, result) =>
        open.get(message)?.resolve(result ?? { outcome: 'unknown', reason: 'no-answer' });
      for (const message of batch) if (message.port === null) settle(message, { outcome: 'rejected', code: 'no-sim' });
      void run(callsOf(batch), settle);
      return [...open.values()].map(({ promise }) => promise);
    },
    async pollReplies(afterId) {
      const after = afterId ?? 0;
      const ask = async (above: number) => {
        const answer = note(
          settings.incomingMethod === 'GET'
            ? await device.get(`/api/query_incoming_sms?flag=all&incoming_sms_id=${above}`)
            : await device.post('/api/query_incoming_sms', { flag: 'all', incoming_sms_id: above }),
        );
        if (answer.kind !== 'answer') throw new Error(`the gateway could not be asked: ${answer.reason}`);
        return { ...readIncoming(answer.body, above, settings.deviceTimeZone, new Date()), clock: clockOf(answer) };
      };
      const page = await ask(after);
      const last = Math.max(0, ...[...page.replies, ...page.unreadable].flatMap(({ id }) => id ?? []));
      if (last > after || after === 0) return { ...page, more: last > after };
      // Nothing above: whether that is the end of the inbox, or a device that began again, is told by what it holds at all.
      const whole = await ask(0);
      return { ...page, topId: whole.topId, more: false };
    },
    async pollReceipts(references) {
      const answer = note(await device.post('/api/query_sms_result', { user_id: references.map(Number) }));
      if (answer.kind !== 'answer') throw new Error(`the gateway could not be asked: ${answer.reason}`);
      return readResults(answer.body, settings.deviceTimeZone, new Date());
    },
    health: () => ({ state: closing.signal.aborted ? 'closed' : state, since, inFlight, lastError }),
    async close(graceMs) {
      closing.abort();
      clearTimeout(timer);
      for (const { reject } of waiting.splice(0)) reject(new Error('The session is closed.'));
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

type Settle = (message: OutboundMessage, result: SubmitResult | undefined) => void;

/** One port a call, so that the reply code is known, and one encoding; 128 at most. */
function callsOf(batch: OutboundMessage[]): { port: number; unicode: boolean; messages: OutboundMessage[] }[] {
  const groups = Map.groupBy(
    batch.filter((message) => message.port !== null),
    (message) => `${message.port} ${isGsm7(message.text)}`,
  );
  return [...groups.values()].flatMap((messages) => {
    const [first] = messages;
    if (!first || first.port === null) return [];
    const call = { port: first.port, unicode: !isGsm7(first.text) };
    return Array.from({ length: Math.ceil(messages.length / MOST_IN_A_CALL) }, (_, index) => ({
      ...call,
      messages: messages.slice(index * MOST_IN_A_CALL, (index + 1) * MOST_IN_A_CALL),
    }));
  });
}

const SendAnswer = z.object({ error_code: z.coerce.number().int() });

/** What the device's answer to a whole call says of each message in it. */
function resultOf(answer: DeviceAnswer, reference: string): SubmitResult {
  if (answer.kind === 'unsent') return { outcome: 'unsent', reason: answer.reason };
  if (answer.kind === 'unknown') return { outcome: 'unknown', reason: answer.reason };
  const parsed = SendAnswer.safeParse(answer.body);
  if (!parsed.success) return { outcome: 'unknown', reason: 'unreadable-answer' };
  const code = parsed.data.error_code;
  if (code === 200 || code === 202) return { outcome: 'accepted', references: [reference] };
  // Its queue is full or its modules are busy: it took nothing.
  if (code === 413 || code === 486 || code === 503) return { outcome: 'throttled', retryAfterMs: BUSY_MS };
  if (code === 550) return { outcome: 'throttled', retryAfterMs: NO_PORT_MS };
  if (code >= 400 && code < 500) return { outcome: 'rejected', code: `gateway-${code}` };
  return { outcome: 'unknown', reason: `gateway-${code}` };
}
