import './node-version.ts';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { callbackHeaders } from '../webhook-client/request.ts';
import { newSecret } from '../webhook-client/signature.ts';

const USAGE =
  'Usage: npm run listen -- --url https://sms.example.com --key <API key> --forward http://localhost:3001/hook [--secret whsec_…] [--after <cursor>]';
const WAIT_S = 25;
const AGAIN_MS = 2000;

const Page = z.object({
  items: z.array(z.object({ id: z.string(), type: z.string(), body: z.string() })),
  nextCursor: z.string(),
});

export type Listening = {
  url: string;
  key: string;
  /** Events are posted here, signed like callbacks. */
  forward: string;
  secret: string;
  /** `now`, or a cursor of /v1/events. */
  after: string;
  say: (line: string) => void;
  signal: AbortSignal;
};

/** Pulls an account's events and posts each once, in order, until stopped. */
export async function listen({ url, key, forward, secret, after, say, signal }: Listening): Promise<void> {
  let cursor = after;
  while (!signal.aborted) {
    try {
      // Resolve `now` first: an interrupted wait would start at another position.
      const asked = new URL(`/v1/events?wait=${cursor === 'now' ? 0 : WAIT_S}&after=${cursor}`, url);
      const response = await fetch(asked, { headers: { authorization: `Bearer ${key}` }, signal });
      if (!response.ok)
        throw new Error(`${asked.pathname} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
      const { items, nextCursor } = Page.parse(await response.json());
      for (const item of items) say(`${item.type} ${item.id} ${await post(item)}`);
      cursor = nextCursor;
    } catch (error) {
      if (signal.aborted) return;
      say(error instanceof Error ? error.message : String(error));
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }

  async function post({ id, body }: { id: string; body: string }): Promise<string> {
    const headers = callbackHeaders({
      secrets: [secret],
      id,
      deliveryId: randomUUID(),
      attempt: 1,
      trigger: 'test',
      format: 'standard',
      body,
      now: new Date(),
    });
    try {
      const { status } = await fetch(forward, { method: 'POST', headers, body, redirect: 'manual', signal });
      return `→ ${status}`;
    } catch {
      return '→ could not be reached';
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      key: { type: 'string' },
      forward: { type: 'string' },
      secret: { type: 'string' },
      after: { type: 'string', default: 'now' },
    },
  });
  const { url, key, forward, after } = values;
  if (url === undefined || key === undefined || forward === undefined) {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = 2;
  } else {
    const secret = values.secret ?? newSecret();
    const stop = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
    const say = (line: string): void => void process.stdout.write(`${line}\n`);
    say(`Signing with ${secret}`);
    await listen({ url, key, forward, secret, after, say, signal: stop.signal });
  }
}
