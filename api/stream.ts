import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { rows } from '../database/sql.ts';
import type { AccountEnv, ApiServices } from './services.ts';

/** A line without news, so that a connection that is dead is noticed at both ends. */
const BEAT_MS = 15_000;
/** The browser comes back by itself, and its session is looked at again. */
const LONGEST_MS = 5 * 60_000;

/**
 * Tells the console that its account has something new, of events or of what people changed: a position, never what it is; the page asks for that itself. An id
 * is the position, so that a browser that was away learns at once whether it missed something. Not in the API's document:
 * programs have `/events` and callbacks.
 */
export const stream = ({ db, live }: ApiServices) =>
  new Hono<AccountEnv>().get('/stream', (c) => {
    const accountId = c.get('account').id;
    const signal = c.req.raw.signal;
    const seen = c.req.header('last-event-id') ?? '';
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(c, async (out) => {
      const end = performance.now() + LONGEST_MS;
      let told = seen;
      while (!out.aborted && !signal.aborted && !live.closed() && performance.now() < end) {
        // Listening begins before the look: what is announced between the two is heard.
        const news = live.next(accountId, BEAT_MS, signal);
        try {
          const [row] = await rows<{ position: string }>(
            db.pool,
            `select position || '.' || touched as position from account_counters where account_id = $1`,
            [accountId],
          );
          const position = row?.position ?? '0.0';
          if (position === told) await out.write(': still here\n\n');
          else await out.writeSSE({ id: position, event: 'news', data: position });
          told = position;
          await news.heard;
        } finally {
          news.leave();
        }
      }
    });
  });
