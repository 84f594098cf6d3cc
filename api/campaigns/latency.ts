import { z } from '@hono/zod-openapi';
import { campaignFigures, type Counted } from '../../database/campaigns/campaign-report.ts';
import { idAt } from '../../database/ids.ts';
import { rows, type Sql } from '../../database/sql.ts';
import { percentilesOf, WITHIN, type Percentiles } from '../../domain/campaigns/percentiles.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { requireAccount } from '../http/auth.ts';
import { notFound } from '../http/problem.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { IdParam, Route } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const MOST_CALLBACKS = 20_000;

const Ms = z.number().int();
const percentiles = { count: Ms, p50: Ms, p95: Ms, p99: Ms };
export const LatencyView = z
  .object({
    delivery: z.array(z.object({ route: Route, ...percentiles })).openapi({
      description: `Milliseconds from an SMS leaving to its receipt: all that were delivered of these campaigns, to within ${WITHIN * 100} %`,
    }),
    callback: z
      .object(percentiles)
      .nullable()
      .openapi({
        description: `Milliseconds from taking a reply in to its callback being taken, of the newest ${MOST_CALLBACKS}`,
      }),
  })
  .openapi('Latency');

const CALLBACK = `select count(*)::int as count, (percentile_disc(0.5) within group (order by ms))::int as p50,
    (percentile_disc(0.95) within group (order by ms))::int as p95, (percentile_disc(0.99) within group (order by ms))::int as p99
  from (
    select least(greatest(extract(epoch from d.finished_at - r.ingested_at) * 1000, 0), 2147483647) as ms
    from (select event_id, finished_at from deliveries where account_id = $1 and id >= $2 and id < $3 and channel = 'callback'
        and state = 'delivered' and trigger = 'auto' order by id desc limit ${MOST_CALLBACKS}) d
      join events e on e.id = d.event_id and e.account_id = $1 and e.type = 'reply.received'
      join replies r on r.id = e.reply_id and r.account_id = $1
  ) taken`;

export function deliveryLatency(campaigns: Counted[]) {
  return (['premium', 'lowcost'] as const).flatMap((route) => {
    const found = percentilesOf(campaigns.filter((campaign) => campaign.route === route).map(({ took }) => took));
    return found ? [{ route, ...found }] : [];
  });
}

/** Of deliveries with ids in the range; null where no callback was taken. */
export async function callbackLatency(sql: Sql, account: string, [from, to]: [from: string, to: string]) {
  const [found] = await rows<Percentiles>(sql, CALLBACK, [account, from, to]);
  return found && found.count > 0 ? found : null;
}

const SINCE_DAYS = 30;

const route = routesOf('Operator: accounts');
const get = route('get', '/accounts/{id}/latency', 'getAccountLatency', {
  summary: `How long an account's SMS and callbacks took in the last ${SINCE_DAYS} days`,
  request: { params: IdParam },
  responses: ok('The percentiles', LatencyView, notFound),
});

export const operatorLatency = ({ db }: ApiServices) =>
  forAnyone().openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    await requireAccount(db.pool, id);
    const now = Date.now();
    const span: [string, string] = [idAt(now - SINCE_DAYS * DAY_MS), idAt(now)];
    const delivery = deliveryLatency(await campaignFigures(db.pool, id, span));
    return c.json({ delivery, callback: await callbackLatency(db.pool, id, span) }, 200);
  });
