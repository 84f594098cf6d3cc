import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { rows } from '../../database/sql.ts';
import { whileLetIn } from '../http/auth.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

/** A line without news, so that a connection that is dead is noticed at both ends: an event, for a browser tells of no other. */
const BEAT_MS = 15_000;
/** The browser comes back by itself, and its session is looked at again. */
const LONGEST_MS = 5 * 60_000;

/**
 * Tells the console that its account has something new, of events or of what people changed: a position, never what it is;
 * the page asks for that itself. What was announced is passed on as it is heard; the database is asked at the begin, at every
 * beat, and when something may have been missed. An id is the position, so that a browser that was away learns at once
 * whether it missed something. Not in the API's document: programs have `/events` and callbacks.
 */
export const stream = (services: ApiServices) => {
  const { db, live } = services;
  async function look(accountId: string): Promise<string> {
    const [row] = await rows<{ position: string }>(
      db.pool,
      `select position || '.' || touched as position from account_counters where account_id = $1`,
      [accountId],
    );
    return row?.position ?? '0.0';
  }

  return new Hono<AccountEnv>().get('/stream', (c) => {
    const accountId = c.get('account').id;
    const letIn = whileLetIn(c, services);
    const signal = AbortSignal.any([c.req.raw.signal, letIn.signal]);
    const seen = c.req.header('last-event-id') ?? '';
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(c, async (out) => {
      // How much the whole account has is not for who sees a part of it.
      const told = (position: string): string =>
        c.get('account').onlyFor === null ? position : createHash('sha256').update(position).digest('base64url');
      const end = performance.now() + LONGEST_MS;
      let last = seen;
      let heard: string | undefined;
      const leave = live.subscribe(accountId, (position) => {
        heard = position;
      });
      try {
        while (!out.aborted && !signal.aborted && !live.closed() && performance.now() < end) {
          // Waiting begins before what was heard is told: what is announced between the two is heard too.
          const news = live.next(accountId, BEAT_MS, signal);
          try {
            const announced = heard;
            heard = undefined;
            const position = told(announced ?? (await look(accountId)));
            if (position === last) await out.write('event: here\ndata:\n\n');
            else await out.writeSSE({ id: position, event: 'news', data: position });
            last = position;
            await news.heard;
          } finally {
            news.leave();
          }
        }
      } finally {
        leave();
        letIn.leave();
      }
    });
  });
};
