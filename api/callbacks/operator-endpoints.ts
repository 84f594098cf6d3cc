import { shownUrl } from '../../domain/callbacks/shown-url.ts';
import { z } from '@hono/zod-openapi';
import { CallbackEndpoint } from '../../database/callbacks/callback-endpoint.ts';
import { rows } from '../../database/sql.ts';
import { healthOf, HealthState } from '../reply-settings/endpoint-fields.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { LastFailureView } from './endpoint-health.ts';

import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, iso, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const TroubledView = z
  .object({
    id: Id,
    account: Id,
    url: z.string(),
    health: HealthState,
    since: Time.nullable(),
    failuresInARow: z.number().int(),
    lastSuccessAt: Time.nullable(),
    lastFailure: LastFailureView.openapi({
      description: 'In the operator’s words: what a customer reads as unreachable has its class here',
    }),
    nextTryAt: Time.nullable(),
    backlog: z.number().int(),
    runId: z.string().openapi({ description: 'The workflow id of the run that looks after it' }),
  })
  .openapi('TroubledEndpoint');
const LineView = z
  .object({ worker: z.string(), since: Time, endpoints: z.number().int() })
  .openapi('LineOutage', { description: 'A worker whose own line or name servers are down: most endpoints failed at once' });

const route = routesOf('Operator: callbacks');
const list = route('get', '/endpoints', 'listTroubledEndpoints', {
  summary: 'Callback endpoints in trouble, newest first, and workers whose own line is down',
  request: { query: PageQuery.extend({ health: HealthState.optional() }) },
  responses: ok('A page', pageOf(TroubledView).extend({ linesDown: z.array(LineView) })),
});

const inState = (health: z.infer<typeof HealthState> | undefined) => {
  const unsteady = { track: { unsteadySince: { $ne: null } } };
  if (health === undefined) return { $or: [{ health: { $ne: 'healthy' as const } }, unsteady] };
  return health === 'unsteady' ? { health: 'healthy' as const, ...unsteady } : { health };
};

export const operatorEndpoints = ({ db }: ApiServices) =>
  forAnyone().openapi(list, async (c) => {
    const { health, ...query } = c.req.valid('query');
    const find = ({ older, newestFirst }: Place) =>
      db.em().find(CallbackEndpoint, { deletedAt: null, ...inState(health), ...older }, newestFirst);
    const { items: found, nextCursor } = await pageById(query, `troubled ${health ?? ''}`, find, (row) => row);
    const owed = await rows<{ id: string; count: number }>(
      db.pool,
      `select endpoint_id as id, count(*)::int as count from deliveries
       where endpoint_id = any($1::uuid[]) and channel = 'callback' and delivered_at is null and state in ('pending', 'retrying', 'held') group by 1`,
      [found.map((each) => each.id)],
    );
    const backlog = new Map(owed.map((row) => [row.id, row.count]));
    const lines = await rows<{ worker: string; began_at: Date; endpoints: number }>(
      db.pool,
      `select worker, began_at, endpoints from line_outages where ended_at is null and seen_at > now() - interval '1 minute' order by id`,
    );
    const items = found.map((each) =>
      shown(TroubledView, each, {
        url: shownUrl(each.url),
        health: healthOf(each),
        since: each.track ? new Date(each.track.since).toISOString() : null,
        failuresInARow: each.track?.failures ?? 0,
        nextTryAt: iso(each.nextProbeAt),
        backlog: backlog.get(each.id) ?? 0,
        runId: `endpoint/${each.id}`,
      }),
    );
    const linesDown = lines.map((row) => ({ worker: row.worker, since: row.began_at.toISOString(), endpoints: row.endpoints }));
    return c.json({ items, nextCursor, linesDown }, 200);
  });
