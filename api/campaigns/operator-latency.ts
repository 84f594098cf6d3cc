import { OpenAPIHono } from '@hono/zod-openapi';
import { Account } from '../../database/account.ts';
import { campaignFigures } from '../../database/campaigns/campaign-report.ts';
import { idAt } from '../../database/ids.ts';
import { invalid } from '../http/invalid.ts';
import { callbackLatency, deliveryLatency, LatencyView } from './latency.ts';
import { missing, notFound } from '../http/problem.ts';
import { ok, routesOf } from '../http/route.ts';
import { IdParam } from '../http/schemas.ts';
import type { ApiEnv, ApiServices } from '../services.ts';
import { DAY_MS } from '../../domain/durations.ts';

const SINCE_DAYS = 30;

const route = routesOf('Operator: accounts');
const get = route('get', '/accounts/{id}/latency', 'getAccountLatency', {
  summary: `How long an account's SMS and callbacks took in the last ${SINCE_DAYS} days`,
  request: { params: IdParam },
  responses: ok('The percentiles', LatencyView, notFound),
});

export const operatorLatency = ({ db }: ApiServices) =>
  new OpenAPIHono<ApiEnv>({ defaultHook: invalid }).openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    if ((await db.em().count(Account, { id })) === 0) throw missing();
    const now = Date.now();
    const span: [string, string] = [idAt(now - SINCE_DAYS * DAY_MS), idAt(now)];
    const delivery = deliveryLatency(await campaignFigures(db.pool, id, span));
    return c.json({ delivery, callback: await callbackLatency(db.pool, id, span) }, 200);
  });
