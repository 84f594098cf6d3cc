import { z } from '@hono/zod-openapi';
import { EVENT_TYPES } from '../../domain/callbacks/event-types.ts';
import { rows } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { whileLetIn } from '../http/auth.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';

import { forAccounts, ok, routesOf } from '../http/route.ts';
import { Id, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const KEPT_DAYS = 30;
const LONGEST_WAIT_S = 30;
/** Long waits of one account that a process holds open; further ones are answered at once. */
const MOST_WAITING = 50;

const EventView = z
  .object({
    id: Id.openapi({ description: 'The `webhook-id` of its callbacks' }),
    type: z.enum(EVENT_TYPES).openapi('EventType'),
    createdAt: Time,
    body: z.string().openapi({ description: 'JSON: byte for byte what a callback in the standard format posts' }),
  })
  .openapi('Event');

const EventPage = z
  .object({
    items: z.array(EventView),
    nextCursor: z.string().openapi({ description: 'Send it as `after`; it stays valid whether or not there was anything new' }),
    missed: z
      .number()
      .int()
      .openapi({ description: `Events after the cursor that are no longer kept: ${KEPT_DAYS} days are` }),
  })
  .openapi('EventPage');

const route = routesOf('Events');
const list = route('get', '/events', 'listEvents', {
  summary: 'All events in order, for programs that cannot receive callbacks or missed some',
  description:
    'Positions have no gaps and follow the order of commits: a program that always sends the last `nextCursor` ' +
    'sees every event once.',
  request: {
    query: z.strictObject({
      after: z.string().optional().openapi({
        description: '`nextCursor` of the answer before; `now` for what happens from now on; left out, from the oldest kept',
      }),
      limit: z.coerce.number().int().min(1).max(500).default(100).openapi({ type: 'integer' }),
      wait: z.coerce.number().int().min(0).max(LONGEST_WAIT_S).default(0).openapi({
        type: 'integer',
        description: 'Seconds to wait for something new when there is nothing',
      }),
    }),
  },
  responses: ok('Events after the cursor, oldest first', EventPage),
});

type Row = { id: string; type: (typeof EVENT_TYPES)[number]; position: string; created_at: Date; body: string };
/** Events after a position and the account's last position, in one snapshot. */
type Look = { items: Row[]; position: number };
const Position = z.tuple([z.number().int().min(0)]);

// Hundreds of thousands of expired events may follow the cursor until the nightly clean-up. Positions rise with time,
// so the last expired one is found by bisection; a missing one counts as expired.
const OLD = `created_at <= now() - interval '${KEPT_DAYS} days'`;
const PAGE = `with recursive cut (low, high) as (
    select $2::bigint, position from account_counters where account_id = $1
    union all
    select case when old then middle else low end, case when old then high else middle end from cut
    cross join lateral (select (low + high) / 2 as middle) m
    cross join lateral (select coalesce((select ${OLD} from events where account_id = $1 and position = middle), true) as old) o
    where high - low > 1
  )
  select c.position as last, e.* from account_counters c left join lateral (
    select id, type, position, created_at, body from events
    where account_id = c.account_id and position > (select max(low) from cut) and not ${OLD}
    order by position limit $3) e on true
  where c.account_id = $1 order by e.position`;

export const eventsRoutes = (services: ApiServices) => {
  const { db, live } = services;
  const waiting = new Map<string, number>();

  async function look(accountId: string, after: number, limit: number): Promise<Look> {
    const found = await rows<Row & { last: string }>(db.pool, PAGE, [accountId, after, limit]);
    // Without events the one row holds only the account's last position.
    return { items: found.filter((row) => row.body !== null), position: Number(found[0]?.last ?? 0) };
  }

  async function lookOrWait(
    accountId: string,
    { after, limit, waitS }: { after: number; limit: number; waitS: number },
    signal: AbortSignal,
  ): Promise<Look> {
    const count = waiting.get(accountId) ?? 0;
    if (waitS === 0 || count >= MOST_WAITING) return look(accountId, after, limit);
    waiting.set(accountId, count + 1);
    const end = performance.now() + waitS * 1000;
    try {
      for (;;) {
        // Subscribe before looking, so that an announcement between the two is not missed.
        const left = end - performance.now();
        const news = live.next(accountId, Math.max(0, left), signal);
        try {
          const found = await look(accountId, after, limit);
          if (found.items.length > 0 || left <= 0 || signal.aborted || live.closed()) return found;
          await news.heard;
        } finally {
          news.leave();
        }
      }
    } finally {
      const left = (waiting.get(accountId) ?? 1) - 1;
      if (left > 0) waiting.set(accountId, left);
      else waiting.delete(accountId);
    }
  }

  return forAccounts().openapi(list, async (c) => {
    const accountId = c.get('account').id;
    const { after, limit, wait } = c.req.valid('query');
    const scope = `events ${accountId}`;
    const from = after === 'now' ? [(await look(accountId, 0, 0)).position] : readCursor(scope, after, Position);
    const begin = from?.[0] ?? 0;
    const letIn = whileLetIn(c, services);
    const signal = AbortSignal.any([c.req.raw.signal, letIn.signal]);
    const { items, position } = await lookOrWait(accountId, { after: begin, limit, waitS: wait }, signal).finally(letIn.leave);
    if (letIn.signal.aborted) throw new AppError('unauthenticated');
    // Positions have no gaps: a missing one has expired.
    const first = Number(items[0]?.position ?? position + 1);
    return c.json(
      {
        items: items.map((row) => ({ id: row.id, type: row.type, createdAt: row.created_at.toISOString(), body: row.body })),
        nextCursor: writeCursor(scope, [Math.max(begin, Number(items.at(-1)?.position ?? position))]),
        missed: from === null ? 0 : Math.max(0, first - begin - 1),
      },
      200,
    );
  });
};
