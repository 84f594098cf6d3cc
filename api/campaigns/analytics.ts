import { z } from '@hono/zod-openapi';
import { classForCustomer } from '../../domain/callbacks/attempt-class.ts';
import { campaignFigures, MOST_CAMPAIGNS, type Counted } from '../../database/campaigns/campaign-report.ts';
import { idAt } from '../../database/ids.ts';
import { rows } from '../../database/sql.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';
import { callbackLatency, deliveryLatency, LatencyView } from './latency.ts';

import { forAccounts, ok, routesOf } from '../http/route.ts';
import { Id, Time, TimeIn } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';
import { DAY_MS } from '../../domain/durations.ts';

const MOST_DAYS = 366;

const Count = z.number().int();
const AnalyticsView = z
  .object({
    since: z.string(),
    until: z.string(),
    replies: z
      .array(z.object({ day: z.string().openapi({ example: '2026-11-24' }), replies: Count, optOuts: Count }))
      .openapi({ description: 'Every day, by the account’s time zone' }),
    campaigns: z
      .array(
        z.object({
          id: Id,
          name: z.string(),
          messages: Count.openapi({ description: 'That went out' }),
          delivered: Count,
          repliers: Count.openapi({ description: 'Phones that answered' }),
          countedAt: Time.openapi({ description: 'A large campaign is counted ever more seldom as it gets older' }),
        }),
      )
      .openapi({ description: `Made in that time, the newest first, ${MOST_CAMPAIGNS} at most` }),
    states: z.array(z.object({ state: z.string(), messages: Count })).openapi({ description: 'Of these campaigns' }),
    callbacks: z
      .array(z.object({ class: z.string(), deliveries: Count }))
      .openapi({ description: 'What the last attempt of each callback came to' }),
    latency: LatencyView,
  })
  .openapi('Analytics');

const route = routesOf('Account');
const get = route('get', '/analytics', 'getAnalytics', {
  summary: 'Replies by day, what campaigns came to, and how callbacks were taken',
  request: {
    query: z.strictObject({
      since: TimeIn.optional().openapi({ description: 'Left out: 30 days ago' }),
      until: TimeIn.optional(),
    }),
  },
  responses: ok('The figures', AnalyticsView),
});

/** Formatting the day for each reply took longer than reading them. */
const REPLIES = `select to_char(day, 'YYYY-MM-DD') as day, coalesce(replies, 0) as replies, coalesce("optOuts", 0) as "optOuts"
  from generate_series(($2::timestamptz at time zone $4)::date, (($3::timestamptz - interval '1 ms') at time zone $4)::date, interval '1 day') each (day)
  left join (
    select (received_at at time zone $4)::date as day, count(*)::int as replies, (count(*) filter (where opt_out))::int as "optOuts"
    from replies where account_id = $1 and id >= $5 and received_at >= $2 and received_at < $3 and not hidden group by 1
  ) days using (day) order by day`;
const CALLBACKS = `select last_class as class, count(*)::int as deliveries from deliveries
  where account_id = $1 and channel = 'callback' and id >= $2 and id < $3 and last_class is not null group by 1 order by 2 desc, 1`;

const NOT_SENT = new Set(['queued', 'submitting', 'skipped', 'failed']);
const sum = (counts: [string, number][]): number => counts.reduce((total, [, count]) => total + count, 0);

function campaignView({ id, name, states, repliers, countedAt }: Counted) {
  const messages = sum(Object.entries(states).filter(([state]) => !NOT_SENT.has(state)));
  return { id, name, messages, delivered: states['delivered'] ?? 0, repliers, countedAt: countedAt.toISOString() };
}

export const analytics = ({ db }: ApiServices) =>
  forAccounts().openapi(get, async (c) => {
    const { id, timeZone } = c.get('account');
    const asked = c.req.valid('query');
    const until = asked.until === undefined ? new Date() : new Date(asked.until);
    const since = asked.since === undefined ? new Date(until.getTime() - 30 * DAY_MS) : new Date(asked.since);
    if (since > until || until.getTime() - since.getTime() > MOST_DAYS * DAY_MS) {
      throw invalidRequest(fault('since', 'not-within-a-year', { n: MOST_DAYS }));
    }
    const [from, to] = [idAt(since.getTime()), idAt(until.getTime())];
    const replies = await rows<{ day: string; replies: number; optOuts: number }>(db.pool, REPLIES, [
      id,
      since,
      until,
      timeZone,
      from,
    ]);
    const campaigns = await campaignFigures(db.pool, id, [from, to]);
    const callbacks = await rows<{ class: string; deliveries: number }>(db.pool, CALLBACKS, [id, from, to]);
    const states = totalsOf(campaigns.flatMap((campaign) => Object.entries(campaign.states)));
    const classes = totalsOf(callbacks.map((each) => [classForCustomer(each.class), each.deliveries]));
    return c.json(
      {
        since: since.toISOString(),
        until: until.toISOString(),
        replies,
        campaigns: campaigns.map(campaignView),
        states: states.map(([state, messages]) => ({ state, messages })),
        latency: { delivery: deliveryLatency(campaigns), callback: await callbackLatency(db.pool, id, [from, to]) },
        callbacks: classes.map(([name, deliveries]) => ({ class: name, deliveries })),
      },
      200,
    );
  });

/** Sums by name: two classes may be one to a customer. */
function totalsOf(counts: [string, number][]): [string, number][] {
  const totals = new Map<string, number>();
  for (const [name, count] of counts) totals.set(name, (totals.get(name) ?? 0) + count);
  return [...totals].toSorted(([name, a], [other, b]) => b - a || name.localeCompare(other));
}
