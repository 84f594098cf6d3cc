import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { isGsm7 } from '../../domain/sms/gsm7.ts';
import { defineCarrier, type CarrierSession, type OpenDeps, type OutboundMessage, type SubmitResult } from '../carrier.ts';
import { openCalls } from '../calls.ts';
import { clockOf, openDevice, wayByQuestion, wayOf, type DeviceAnswer } from '../device.ts';
import { readIncoming, readResults } from './incoming.ts';
import { parseWebhook } from './push.ts';
import { dinstarSettings, type DinstarSettings } from './settings.ts';

/** A Dinstar SIM gateway's HTTP API: each message goes by its chosen SIM; replies are polled, and pushed where agreed. */
export const dinstar = defineCarrier({
  name: 'dinstar',
  settings: dinstarSettings,
  capabilities: { route: 'lowcost', replies: 'both', receipts: 'poll', maxBatch: 128, dedupe: 'none', cursor: 'id' },
  open: openSession,
  parseWebhook,
  secretInAddress: true,
  sims: ({ simSmsPerMinute, simSmsPerDay, deviceTimeZone }) => ({
    smsPerMinute: simSmsPerMinute,
    smsPerDay: simSmsPerDay,
    timeZone: deviceTimeZone,
  }),
});

const MOST_IN_A_CALL = 128;
/** Correlation ids have 31 bits and are ours alone. */
const USER_IDS = 2 ** 31;
const BUSY_MS = 5000;
const NO_PORT_MS = 30_000;

/** Above any id: an empty query. */
const LAST_ID = 2 ** 31 - 1;

function openSession(settings: DinstarSettings, { log }: OpenDeps): CarrierSession {
  const device = openDevice(settings.url, settings, settings.timeoutMs);

  const incoming = (above: number): Promise<DeviceAnswer> =>
    settings.incomingMethod === 'GET'
      ? device.get(`/api/query_incoming_sms?flag=all&incoming_sms_id=${above}`)
      : device.post('/api/query_incoming_sms', { flag: 'all', incoming_sms_id: above });

  async function send(messages: OutboundMessage[]) {
    const [{ port, text } = { port: null, text: '' }] = messages;
    if (port === null) return { results: messages.map((): SubmitResult => ({ outcome: 'rejected', code: 'no-sim' })), way: null };
    const userIds = messages.map(() => randomInt(1, USER_IDS));
    const answer = await device.post('/api/send_sms', {
      text: '#param#',
      port: [port],
      encoding: isGsm7(text) ? 'gsm-7bit' : 'unicode',
      request_status_report: true,
      param: messages.map((message, index) => ({
        number: message.to,
        user_id: userIds[index],
        text_param: [message.text],
      })),
    });
    return { results: userIds.map((userId) => resultOf(answer, String(userId))), way: wayOf(answer) };
  }

  const { ask, ...session } = openCalls({
    type: 'dinstar',
    log,
    window: MOST_IN_A_CALL,
    // A SIM sends one SMS at a time; the device queues.
    atOnce: 1,
    settings,
    callsOf,
    call: send,
    probe: async () => wayByQuestion(await incoming(LAST_ID)),
    close: (atOnce) => device.close(atOnce),
  });

  async function question(call: () => Promise<DeviceAnswer>) {
    const answer = await ask(async () => {
      const given = await call();
      return { answer: given, way: wayOf(given) };
    });
    if (answer.kind !== 'answer') throw new Error(`the gateway could not be asked: ${answer.reason}`);
    return answer;
  }

  return {
    ...session,
    async pollReplies(afterId) {
      const after = afterId ?? 0;
      const read = async (above: number) => {
        const answer = await question(() => incoming(above));
        return { ...readIncoming(answer.body, above, settings.deviceTimeZone, new Date()), clock: clockOf(answer) };
      };
      const page = await read(after);
      const last = Math.max(0, ...[...page.replies, ...page.unreadable].flatMap(({ id }) => id ?? []));
      if (last > after || after === 0) return { ...page, more: last > after };
      // Nothing above: the inbox's end, or a reset device. At its end the inbox still holds the last reply read; otherwise the
      // highest id decides, page by page as some devices answer in pages.
      let { topId } = await read(after - 1);
      for (let above = 0; (topId ?? 0) < after;) {
        const next = await read(above);
        if (next.topId === null || next.topId <= above) break;
        topId = above = next.topId;
      }
      return { ...page, topId, more: false };
    },
    async pollReceipts(references) {
      const answer = await question(() => device.post('/api/query_sms_result', { user_id: references.map(Number) }));
      return readResults(answer.body, settings.deviceTimeZone, new Date());
    },
  };
}

/** One port per call, so that the reply code is known, and one encoding; 128 at most. */
const callsOf = (batch: OutboundMessage[]): OutboundMessage[][] =>
  [...Map.groupBy(batch, ({ port, text }) => `${port} ${isGsm7(text)}`).values()].flatMap((messages) =>
    Array.from({ length: Math.ceil(messages.length / MOST_IN_A_CALL) }, (_, index) =>
      messages.slice(index * MOST_IN_A_CALL, (index + 1) * MOST_IN_A_CALL),
    ),
  );

const SendAnswer = z.object({ error_code: z.coerce.number().int() });

/** A message's result from the device's answer to the call. */
function resultOf(answer: DeviceAnswer, reference: string): SubmitResult {
  if (answer.kind === 'unsent') return { outcome: 'unsent', reason: answer.reason };
  if (answer.kind === 'unknown') return { outcome: 'unknown', reason: answer.reason };
  const parsed = SendAnswer.safeParse(answer.body);
  if (!parsed.success) return { outcome: 'unknown', reason: 'unreadable-answer' };
  const code = parsed.data.error_code;
  if (code === 200 || code === 202) return { outcome: 'accepted', references: [reference] };
  // Queue full or modules busy: nothing was taken.
  if (code === 413 || code === 486 || code === 503) return { outcome: 'throttled', retryAfterMs: BUSY_MS };
  if (code === 550) return { outcome: 'throttled', retryAfterMs: NO_PORT_MS };
  if (code >= 400 && code < 500) return { outcome: 'rejected', code: `gateway-${code}` };
  return { outcome: 'unknown', reason: `gateway-${code}` };
}
