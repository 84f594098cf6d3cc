import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { rows } from '../../database/sql.ts';
import { whileLetIn } from '../http/auth.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

/** Heartbeat, so that both ends notice a dead connection; an event, since browsers report nothing else. */
const BEAT_MS = 15_000;
/** The browser reconnects by itself, and its session is checked again. */
const LONGEST_MS = 5 * 60_000;

/**
 * Tells the console that its account has something new: a position, never content. Announcements are passed on as heard; the
 * database is asked at the start, at every heartbeat, and when one may have been missed. The event id is the position, so that a
 * reconnecting browser knows whether it missed something. Not in the API's document: programs use `/events` and callbacks.
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
      // Callers who see a part of the account must not learn how much the rest has.
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
          // Subscribe before telling, so that an announcement between the two is not missed.
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
