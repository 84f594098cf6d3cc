import type { CarrierSession, OpenDeps, OutboundMessage, SubmitResult } from '../carrier.ts';
import { openCalls, type Way } from '../calls.ts';
import { openDevice, wayByQuestion, wayOf, type DeviceAnswer } from '../device.ts';
import { readInbox } from './inbox.ts';
import type { SmsgateSettings } from './settings.ts';

/** A phone sends one SMS every few seconds; further calls would queue in it. */
const WINDOW = 4;
const BUSY_MS = 5000;
/** How often the phone uploads its inbox to the server, and how far back at first. */
const REFRESH_MS = 600_000;
const LOOK_BACK_MS = 7 * 86_400_000;
/** Answers about the message or the moment, not the connection. */
const ABOUT_THE_MESSAGE = new Set(['http-400', 'http-409', 'http-413', 'http-422', 'http-429']);

export function openSession(settings: SmsgateSettings, { log }: OpenDeps): CarrierSession {
  const device = openDevice(settings.url, settings, settings.timeoutMs);
  const base = new URL(settings.url).pathname.replace(/\/$/, '');

  const post = ({ id, to, text, port }: OutboundMessage): Promise<DeviceAnswer> =>
    device.post(`${base}/messages`, {
      id,
      textMessage: { text },
      phoneNumbers: [to],
      ...(port === null ? {} : { simNumber: port }),
      withDeliveryReport: true,
      ttl: settings.ttlSeconds,
    });

  async function send(message: OutboundMessage) {
    let answer = await post(message);
    // In doubt: the same id again shows whether the phone has it, and sends nothing twice.
    if (answer.kind === 'unknown' && answer.reason !== 'closed') {
      const again = await post(message);
      if (again.kind === 'answer' || again.reason === 'http-409') answer = again;
    }
    return { results: [resultOf(answer, message.id)], way: wayOfMessage(answer) };
  }

  const { ask, ...session } = openCalls({
    type: 'smsgate',
    log,
    window: WINDOW,
    atOnce: WINDOW,
    settings,
    callsOf: (batch) => batch.map((message) => [message]),
    call: ([message]) => (message ? send(message) : Promise.resolve({ results: [], way: null })),
    probe: async () => wayByQuestion(await device.get(`${base}/messages?limit=1`)),
    close: (atOnce) => device.close(atOnce),
  });

  let refreshedAt = -REFRESH_MS;
  /** A server has only what the phone uploaded: asks the phone for what was lost, for this poll or the next. */
  async function refresh(after: number | null): Promise<void> {
    if (!settings.readInbox || !base.endsWith('/3rdparty/v1') || performance.now() - refreshedAt < REFRESH_MS) return;
    refreshedAt = performance.now();
    const until = new Date();
    const asked = {
      ...(settings.deviceId === undefined ? {} : { deviceId: settings.deviceId }),
      since: new Date(Math.min(after ?? until.getTime() - LOOK_BACK_MS, until.getTime())).toISOString(),
      until: until.toISOString(),
      messageTypes: ['SMS'],
      webhookDelivery: 'Disabled',
    };
    await ask(async () => ({ answer: await device.post(`${base}/inbox/refresh`, asked), way: null }));
  }

  return {
    ...session,
    async pollReplies(after) {
      await refresh(after);
      return readInbox(settings, after, async (query) => {
        const answer = await ask(async () => {
          const answer = await device.get(`${base}/inbox?${query}`);
          return { answer, way: wayOfInbox(answer) };
        });
        if (answer.kind === 'unsent' && answer.reason === 'http-404')
          throw new Error('the phone’s app keeps no inbox: set readInbox to false');
        if (answer.kind !== 'answer') throw new Error(`the phone could not be asked: ${answer.reason}`);
        return answer;
      });
    },
  };
}

const wayOfMessage = (answer: DeviceAnswer): Way =>
  answer.kind !== 'answer' && ABOUT_THE_MESSAGE.has(answer.reason) ? { is: 'open' } : wayOf(answer);

/** A phone without inbox still sends. */
const wayOfInbox = (answer: DeviceAnswer): Way | null =>
  answer.kind === 'unsent' && answer.reason === 'http-404' ? null : wayOfMessage(answer);

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
