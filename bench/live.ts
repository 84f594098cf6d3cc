import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { percentile, round, type Bench } from './bench.ts';
import { launch, phones, SHORT_CODE } from './stage/stack.ts';

const MESSAGES = 200;
const PHONES = 20;
const PER_SECOND = 20;
const WITHIN_MS = 30_000;

type Heard = { at: number; position: number };

/** A stream as a page holds one: when it heard of which position. */
async function follow(url: string, key: string, stop: AbortSignal): Promise<Heard[]> {
  const heard: Heard[] = [];
  const answer = await fetch(`${url}/v1/stream`, { headers: { authorization: `Bearer ${key}` }, signal: stop });
  if (!answer.body) throw new Error('The stream has no body');
  const reading = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      for (const [, position] of decoder.decode(chunk).matchAll(/^id: (\d+)\./gm))
        heard.push({ at: performance.now(), position: Number(position) });
    }
  };
  reading(answer.body).catch(() => {
    // Stopped at the end.
  });
  return heard;
}

/** From the commit of a reply, as a NOTIFY within its transaction tells of it, to the event at a client of the stream. */
export const liveBench: Bench = {
  name: 'live',
  stack: { receipts: null, window: 100 },
  async measure(stack, say) {
    const from = phones(PHONES);
    await launch(stack.account, from);
    await stack.world.submitted({ count: PHONES, withinMs: WITHIN_MS });
    const stop = new AbortController();
    const client = new Client({ connectionString: stack.databaseUrl });
    await client.connect();
    try {
      await client.query(
        `create function tell() returns trigger language plpgsql as 'begin perform pg_notify(''bare'', new.position::text); return new; end'`,
      );
      await client.query('create trigger told after insert on events for each row execute function tell()');
      const committed: Heard[] = [];
      client.on('notification', ({ payload }) => committed.push({ at: performance.now(), position: Number(payload) }));
      await client.query('listen bare');
      const heard = await follow(stack.url, stack.key, stop.signal);
      const until = performance.now() + WITHIN_MS + (MESSAGES / PER_SECOND) * 1000;
      await stack.world.deliver({ from, to: SHORT_CODE, count: MESSAGES, prefix: 'live ', perSecond: PER_SECOND });
      while (committed.length < MESSAGES || (heard.at(-1)?.position ?? 0) < (committed.at(-1)?.position ?? 0)) {
        if (performance.now() > until)
          throw new Error(`${committed.length} of ${MESSAGES} were filed, ${heard.length} events heard`);
        await sleep(20);
      }
      const waits = committed.map(({ at, position }) => (heard.find((news) => news.position >= position)?.at ?? Infinity) - at);
      const [p50, p95, most] = [percentile(waits, 0.5), percentile(waits, 0.95), Math.max(...waits)];
      say(`p50 ${round(p50)} ms, p95 ${round(p95)} ms, at most ${round(most)} ms`);
      return [
        {
          line: `commit of a reply → event at a client of the stream, ${PER_SECOND}/s, p95`,
          value: round(p95),
          unit: 'ms',
          aim: '≤ 200 ms',
          note: `${MESSAGES} replies; p50 ${round(p50)} ms, at most ${round(most)} ms`,
        },
      ];
    } finally {
      stop.abort();
      await client.end();
    }
  },
};
