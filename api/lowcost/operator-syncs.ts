import { z } from '@hono/zod-openapi';
import { Carrier } from '../../database/carriers/carrier.ts';
import { newId } from '../../database/ids.ts';
import { SyncRun } from '../../database/lowcost/sync-run.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { describeError } from '../http/log.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { accepted, forAnyone, ok, routesOf } from '../http/route.ts';
import { Id, IdParam, json, shown, Time, TimeIn } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const SyncRunView = z
  .object({
    id: Id,
    carrier: Id,
    state: z.enum(['requested', 'running', 'done', 'failed']),
    now: Time.nullable().openapi({ description: 'The time it took for now, where an operator gave one' }),
    requestedAt: Time,
    startedAt: Time.nullable(),
    endedAt: Time.nullable(),
    read: z.number().int().openapi({ description: 'SMS that the gateway showed' }),
    new: z.number().int().openapi({ description: 'Replies that came home: 6 hours old, and released by this run' }),
    duplicates: z.number().int().openapi({ description: 'Read, and known already' }),
    young: z.number().int().openapi({ description: 'Stored, and released by a later run: not yet 6 hours old' }),
    errors: z
      .number()
      .int()
      .openapi({ description: 'SMS that could not be read (kept for the operator), and 1 for a run that failed' }),
    clockSkewMs: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'How far the device’s clock is ahead of ours, negative when behind; null when it did not show' }),
    error: z.string().nullable(),
    cursor: z.object({ serial: z.string(), generation: z.number().int(), id: z.number().int() }).nullable(),
  })
  .openapi('SyncRun');

const SyncRequest = z
  .strictObject({
    now: TimeIn.optional().openapi({ description: 'The time to take for now; only where SYNC_CLOCK is injected' }),
  })
  .openapi('SyncRequest');

const route = routesOf('Operator: syncs');

const create = route('post', '/carriers/{id}/sync', 'syncCarrier', {
  summary: 'Ask a lowcost gateway for its replies now; never beside a sync that is under way',
  request: { params: IdParam, body: { required: false, content: json(SyncRequest) } },
  responses: accepted('Asked; GET the run for its result', SyncRunView, { ...notFound, ...conflict }),
});
const list = route('get', '/sync-runs', 'listSyncRuns', {
  summary: 'Syncs, newest first',
  request: { query: PageQuery.extend({ carrier: Id.optional() }) },
  responses: ok('A page', pageOf(SyncRunView)),
});
const get = route('get', '/sync-runs/{id}', 'getSyncRun', {
  summary: 'A sync and its result',
  request: { params: IdParam },
  responses: ok('The run', SyncRunView, notFound),
});

const syncRunView = (run: SyncRun): z.infer<typeof SyncRunView> => shown(SyncRunView, run);

export const operatorSyncs = ({ db, runs, registry, clockInjectable }: ApiServices) =>
  forAnyone()
    .openapi(create, async (c) => {
      const { now } = c.req.valid('json');
      const em = db.em();
      const carrier = existing(await em.findOne(Carrier, { id: c.req.valid('param').id }, { fields: ['type'] }));
      const replies = registry[carrier.type]?.capabilities.replies;
      if (replies !== 'poll' && replies !== 'both') throw new AppError('conflict', said('carrier-pushes'));
      if (now !== undefined && !clockInjectable) {
        throw new AppError('forbidden', said('real-clock'));
      }
      const run = em.create(SyncRun, {
        id: newId(),
        carrier: carrier.id,
        state: 'requested',
        now: now === undefined ? null : new Date(now),
        requestedAt: new Date(),
        startedAt: null,
        clockSkewMs: null,
        endedAt: null,
        error: null,
        cursor: null,
      });
      audit(em, {
        action: 'carrier.sync',
        target: `carrier ${carrier.id}`,
        detail: { run: run.id, now: now ?? null },
      });
      await em.flush();
      // If this start fails, the sweep starts it.
      await runs.syncNow(carrier.id).catch((error: unknown) => {
        c.get('log').warn({ carrierId: carrier.id, error: describeError(error) }, 'a sync could not be started yet');
      });
      return c.json(syncRunView(run), 202);
    })
    .openapi(list, async (c) => {
      const { carrier, ...query } = c.req.valid('query');
      const where = carrier ? { carrier } : {};
      const find = ({ older, newestFirst }: Place) => db.em().find(SyncRun, { ...where, ...older }, newestFirst);
      return c.json(await pageById(query, 'sync-runs', find, syncRunView), 200);
    })
    .openapi(get, async (c) => {
      const run = existing(await db.em().findOne(SyncRun, { id: c.req.valid('param').id }));
      return c.json(syncRunView(run), 200);
    });
