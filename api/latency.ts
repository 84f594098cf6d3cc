import { z } from '@hono/zod-openapi';
import { rows, type Sql } from '../database/sql.ts';
import { Route } from './schemas.ts';

/** Enough for a 99th percentile that stands still, and read in some milliseconds. */
const MOST_OF_CAMPAIGN = 2000;
const MOST_CALLBACKS = 20_000;

const Ms = z.number().int();
const percentiles = { count: Ms, p50: Ms, p95: Ms, p99: Ms };
export const LatencyView = z
  .object({
    delivery: z.array(z.object({ route: Route, ...percentiles })).openapi({
      description: `Milliseconds from an SMS leaving to its receipt, of the first ${MOST_OF_CAMPAIGN} delivered of each of these campaigns`,
    }),
    callback: z
      .object(percentiles)
      .nullable()
      .openapi({
        description: `Milliseconds from taking a reply in to its callback being taken, of the newest ${MOST_CALLBACKS}`,
      }),
  })
  .openapi('Latency');

const PERCENTILES = `count(*)::int as count, (percentile_disc(0.5) within group (order by ms))::int as p50,
  (percentile_disc(0.95) within group (order by ms))::int as p95, (percentile_disc(0.99) within group (order by ms))::int as p99`;
/** A receipt that was early by the carrier's clock took no time. */
const between = (from: string, to: string): string =>
  `least(greatest(extract(epoch from ${to} - ${from}) * 1000, 0), 2147483647)`;

const DELIVERY = `with made as (select id, route from campaigns where account_id = $1 and id = any($2::uuid[]))
  select made.route, ${PERCENTILES} from made cross join lateral (
    select ${between('m.submitted_at', 'm.settled_at')} as ms from messages m
    where m.campaign_id = made.id and m.account_id = $1 and m.state = 'delivered' and m.submitted_at is not null and m.settled_at is not null
    order by m.row limit ${MOST_OF_CAMPAIGN}
  ) taken group by made.route order by made.route desc`;
const CALLBACK = `select ${PERCENTILES} from (
    select ${between('r.ingested_at', 'd.finished_at')} as ms
    from (select event_id, finished_at from deliveries where account_id = $1 and id >= $2 and id < $3 and channel = 'callback'
        and state = 'delivered' and trigger = 'auto' order by id desc limit ${MOST_CALLBACKS}) d
      join events e on e.id = d.event_id and e.account_id = $1 and e.type = 'reply.received'
      join replies r on r.id = e.reply_id and r.account_id = $1
  ) taken`;

type Taken = { count: number; p50: number; p95: number; p99: number };

/** How long it took, of these campaigns, and of callbacks with ids from one to the other. */
export async function latency(sql: Sql, account: string, campaigns: string[], [from, to]: [from: string, to: string]) {
  const delivery = await rows<Taken & { route: 'premium' | 'lowcost' }>(sql, DELIVERY, [account, campaigns]);
  const [callback] = await rows<Taken>(sql, CALLBACK, [account, from, to]);
  return { delivery, callback: callback && callback.count > 0 ? callback : null };
}
