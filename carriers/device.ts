import { Agent, errors, request } from 'undici';
import { authorize, parseChallenge, type Challenge, type Credentials } from './http-digest.ts';
import type { Way } from './calls.ts';
import { NEVER_CONNECTED } from './never-connected.ts';

/** Outcome of a call to the device. `unsent`: not received, or refused before processing. */
export type DeviceAnswer =
  | { kind: 'answer'; body: unknown; headers: Record<string, string | string[] | undefined> }
  | { kind: 'unsent'; reason: string; refused: boolean }
  | { kind: 'unknown'; reason: string };

const CONNECT_MS = 5000;
/** Far above a full inbox page; longer answers are cut off. */
const LONGEST_ANSWER = 8 * 1_048_576;

/** The device's HTTP API. Answers an authentication challenge once and reuses it; calls never throw. */
export function openDevice(url: string, credentials: Credentials, timeoutMs: number) {
  // No keep-alive: a connection the device closed meanwhile would put the next call's messages in doubt.
  const agent = new Agent({ connections: 4, connect: { timeout: CONNECT_MS }, pipelining: 0 });
  const base = new URL(url);
  let challenge: Challenge | null = null;
  let answered = 0;
  let destroyed = false;

  async function once(method: 'GET' | 'POST', uri: string, body: string | null) {
    if (destroyed) throw new errors.ClientClosedError();
    const {
      statusCode,
      headers,
      body: stream,
    } = await request(new URL(uri, base), {
      method,
      dispatcher: agent,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(challenge ? { authorization: authorize(challenge, credentials, { method, uri }, ++answered) } : {}),
      },
      body,
    });
    if (statusCode === 401) {
      await stream.dump();
      const given = headers['www-authenticate'];
      return {
        statusCode,
        challenge: parseChallenge(Array.isArray(given) ? given.join(', ') : (given ?? '')),
        text: '',
        headers,
      };
    }
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      length += chunk.length;
      if (length > LONGEST_ANSWER) throw new Error('the answer is too long');
      chunks.push(chunk);
    }
    return { statusCode, challenge: null, text: Buffer.concat(chunks).toString('utf8'), headers };
  }

  async function call(method: 'GET' | 'POST', uri: string, body: string | null): Promise<DeviceAnswer> {
    try {
      let answer = await once(method, uri, body);
      // A 401 means the device did not process the call: retrying with the new digest is safe.
      if (answer.statusCode === 401 && answer.challenge) {
        challenge = answer.challenge;
        answered = 0;
        answer = await once(method, uri, body);
      }
      return read(answer);
    } catch (error) {
      return failureOf(error);
    }
  }

  return {
    get: (path: string) => call('GET', path, null),
    post: (path: string, body: unknown) => call('POST', path, JSON.stringify(body)),
    /** Aborts calls at once, or lets them finish. */
    close(atOnce: boolean): Promise<void> {
      destroyed = atOnce;
      return atOnce ? agent.destroy() : agent.close();
    },
  };
}

/** A lost or unreadable answer counts as `away`: the device is probed before more is sent. */
export const wayOf = (answer: DeviceAnswer): Way =>
  answer.kind === 'answer'
    ? { is: 'open' }
    : { is: answer.kind === 'unsent' && answer.refused ? 'refused' : 'away', reason: answer.reason };

/** The same for a probe: versions lack some calls, which says nothing. */
export const wayByQuestion = (answer: DeviceAnswer): Way | null =>
  answer.kind === 'unsent' && (answer.reason === 'http-404' || answer.reason === 'http-405') ? null : wayOf(answer);

/** The device's clock; null if it does not say. */
export function clockOf(answer: DeviceAnswer): Date | null {
  const said = answer.kind === 'answer' ? answer.headers['date'] : undefined;
  const time = typeof said === 'string' ? new Date(said) : null;
  return time && !Number.isNaN(time.getTime()) ? time : null;
}

function read({ statusCode, text, headers }: Received): DeviceAnswer {
  const reason = `http-${statusCode}`;
  if (statusCode === 401 || statusCode === 403) return { kind: 'unsent', reason, refused: true };
  if (statusCode >= 300 && statusCode < 500) return { kind: 'unsent', reason, refused: false };
  if (statusCode < 200 || statusCode >= 300) return { kind: 'unknown', reason };
  return readJson(text, headers);
}

function failureOf(error: unknown): DeviceAnswer {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (NEVER_CONNECTED.has(code)) return { kind: 'unsent', reason: code.toLowerCase(), refused: false };
  if (error instanceof errors.ClientClosedError) return { kind: 'unsent', reason: 'closed', refused: false };
  // Under way when connections were dropped: the device may have it.
  if (error instanceof errors.ClientDestroyedError) return { kind: 'unknown', reason: 'closed' };
  if (error instanceof DOMException && error.name === 'TimeoutError') return { kind: 'unknown', reason: 'timeout' };
  return { kind: 'unknown', reason: code === '' ? 'cut' : code.toLowerCase() };
}

type Received = { statusCode: number; text: string; headers: Record<string, string | string[] | undefined> };

function readJson(text: string, headers: Record<string, string | string[] | undefined>): DeviceAnswer {
  try {
    return { kind: 'answer', body: JSON.parse(text), headers };
  } catch {
    return { kind: 'unknown', reason: 'unreadable-answer' };
  }
}
