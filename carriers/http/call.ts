import { Agent, errors, request } from 'undici';
import { NEVER_CONNECTED } from '../never-connected.ts';

/** Outcome of a call. `unsent`: it never reached the carrier. */
export type Called =
  | { kind: 'answer'; status: number; retryAfter: string | undefined; text: string }
  | { kind: 'unsent'; reason: string }
  | { kind: 'unknown'; reason: string };

export type Call = { method: 'POST' | 'PUT' | 'GET'; url: string; headers: Record<string, string>; body: string | null };

const CONNECT_MS = 5000;
const LONGEST_ANSWER = 1_048_576;

/** Calls an operator's address. Never follows redirects, never throws. */
export function openCaller(connections: number, timeoutMs: number) {
  const agent = new Agent({ connections, connect: { timeout: CONNECT_MS }, pipelining: 1 });
  return {
    async call({ method, url, headers, body }: Call): Promise<Called> {
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const answer = await request(url, { method, dispatcher: agent, signal, headers, body });
        const chunks: Buffer[] = [];
        let length = 0;
        for await (const chunk of answer.body) {
          if (!Buffer.isBuffer(chunk)) continue;
          length += chunk.length;
          if (length > LONGEST_ANSWER) return { kind: 'unknown', reason: 'answer-too-long' };
          chunks.push(chunk);
        }
        const retryAfter = answer.headers['retry-after'];
        const text = Buffer.concat(chunks).toString('utf8');
        return { kind: 'answer', status: answer.statusCode, retryAfter: retryAfter?.toString(), text };
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        if (NEVER_CONNECTED.has(code)) return { kind: 'unsent', reason: code.toLowerCase() };
        if (error instanceof errors.InvalidArgumentError || error instanceof TypeError)
          return { kind: 'unsent', reason: 'not-a-request' };
        if (error instanceof DOMException && error.name === 'TimeoutError') return { kind: 'unknown', reason: 'timeout' };
        return { kind: 'unknown', reason: code === '' ? 'cut' : code.toLowerCase() };
      }
    },
    close: () => agent.destroy(),
  };
}
