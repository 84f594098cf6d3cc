import { Agent, fetch } from 'undici';
import { open } from './connect.ts';
import type { Guard } from './guard.ts';
import { AttemptFault } from './outcome.ts';

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 1_048_576;

export type GuardedFetch = (
  url: string,
  options: { method: string; headers: Record<string, string>; body?: unknown },
) => Promise<Response>;

/** Fetches customers' URLs over checked connections (connect.ts). No redirects; at most 1 MiB and 10 s. Throws otherwise. */
export function createGuardedFetch({ guard, ca }: { guard: Guard; ca?: string }): GuardedFetch {
  const agent = new Agent({
    maxResponseSize: MOST_BYTES,
    connect({ protocol, host }, done) {
      const read = guard.read(`${protocol}//${host ?? ''}`);
      if (!read.ok) return done(new AttemptFault('egress_blocked', read.reason), null);
      const phases = { dnsMs: null, connectMs: null, tlsMs: null };
      open(read.target, { guard, ca, signal: AbortSignal.timeout(TIMEOUT_MS), phases }).then(
        ({ socket }) => done(null, socket),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null),
      );
    },
  });
  return async (url, { method, headers, body }) => {
    const read = guard.read(url);
    if (!read.ok) throw new AttemptFault('egress_blocked', read.reason);
    const response = await fetch(url, {
      method,
      headers,
      // A form, or an encrypted push.
      ...(body instanceof URLSearchParams ? { body: body.toString() } : body instanceof Uint8Array ? { body } : {}),
      dispatcher: agent,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { status } = response;
    const bytes = await response.arrayBuffer();
    return new Response(status === 204 || status === 304 ? null : bytes, {
      status,
      headers: Object.fromEntries(response.headers),
    });
  };
}
