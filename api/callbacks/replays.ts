import { z } from '@hono/zod-openapi';
import { flushWithRoom } from '../../database/caps.ts';
import { Delivery } from '../../database/callbacks/delivery.ts';
import { Event } from '../../database/callbacks/event.ts';
import { newId } from '../../database/ids.ts';
import { countSelected, requeueMail, requeue, withdrawReplay } from '../../database/callbacks/requeue.ts';
import { Replay } from '../../database/callbacks/replay.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { DAY_MS, REPLAYED_DAYS } from '../../domain/durations.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { DeliveryView, deliveryView } from './deliveries.ts';
import { findEndpoint } from './find-endpoint.ts';
import { conflict, existing, missing, notFound, problems } from '../http/problem.ts';
import { accepted, forAccounts, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, json, shown, Time, TimeIn } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const NewReplay = z
  .strictObject({
    since: TimeIn.optional().openapi({ description: 'Deliveries made from this time on; left out, the last 30 days' }),
    until: TimeIn.optional().openapi({ description: 'And before this one; left out, now' }),
    states: z
      .array(z.enum(['delivered', 'retrying', 'held', 'exhausted', 'aborted']))
      .min(1)
      .default(['retrying', 'held', 'exhausted', 'aborted'])
      .openapi({ description: 'What was delivered is sent again only when asked for, and stays delivered whatever comes of it' }),
    ids: z.array(Id).min(1).max(10_000).optional().openapi({ description: 'Only these deliveries' }),
    ratePerSecond: z.number().int().min(1).max(500).default(50),
    dryRun: z.boolean().default(false).openapi({ description: 'Only count them' }),
  })
  .openapi('NewReplay');

const ReplayView = z
  .object({
    id: Id,
    endpointId: Id,
    state: z.enum(['queueing', 'sending', 'completed', 'cancelled']).openapi({
      description: 'queueing: deliveries are put in line; sending: all are in line; completed: each has had its attempt',
    }),
    total: z.number().int().openapi({ description: 'Met by the selection when it was asked for' }),
    queued: z.number().int(),
    skipped: z.number().int().openapi({ description: 'On their way already, so left alone' }),
    waiting: z.number().int().openapi({ description: 'In line, without their attempt yet' }),
    delivered: z.number().int().openapi({ description: 'Whose last attempt was taken' }),
    failed: z.number().int().openapi({ description: 'Whose last attempt failed: these go on as their schedule says' }),
    createdAt: Time,
    endedAt: Time.nullable(),
  })
  .openapi('Replay');
const Counted = z.object({ dryRun: z.literal(true), total: z.number().int() }).openapi('ReplayDryRun');

const route = routesOf('Replays');
const create = route('post', '/callback-endpoints/{id}/replay', 'replayDeliveries', {
  summary: 'Send deliveries again: the same bytes under the same webhook-id',
  request: { params: IdParam, body: body(NewReplay) },
  responses: {
    200: { description: 'How many it would be', content: json(Counted) },
    202: { description: 'Begun: a durable job', content: json(ReplayView) },
    ...problems,
    ...notFound,
    ...conflict,
  },
});
const list = route('get', '/replays', 'listReplays', {
  summary: 'Replays, newest first',
  request: { query: PageQuery },
  responses: ok('A page', pageOf(ReplayView)),
});
const get = route('get', '/replays/{id}', 'getReplay', {
  summary: 'A replay and its progress',
  request: { params: IdParam },
  responses: ok('The replay', ReplayView, notFound),
});
const cancel = route('post', '/replays/{id}/cancel', 'cancelReplay', {
  summary: 'End a replay; what has not been attempted is as it was',
  request: { params: IdParam },
  responses: ok('The replay', ReplayView, { ...notFound, ...conflict }),
});
const retry = route('post', '/deliveries/{id}/retry', 'retryDelivery', {
  summary: 'Make one more attempt now; a callback that was delivered stays delivered, a mail that was is not sent again',
  request: { params: IdParam },
  responses: accepted('In line', DeliveryView, { ...notFound, ...conflict }),
});

type Counts = { id: string; waiting: number; delivered: number; failed: number };
const NONE = { waiting: 0, delivered: 0, failed: 0 };

export const replays = (services: ApiServices) =>
  forAccounts()
    .openapi(create, async (c) => {
      const accountId = c.get('account').id;
      const { endpoint } = await findEndpoint(services.db, c.req.valid('param').id, accountId);
      const { ratePerSecond, dryRun } = c.req.valid('json');
      const now = new Date();
      const filter = filterOf(c.req.valid('json'), now);
      const total = await countSelected(services.db.pool, { accountId, endpointId: endpoint.id, filter });
      if (dryRun) return c.json({ dryRun: true as const, total }, 200);
      if (total === 0) throw new AppError('nothing-to-replay');
      const em = services.db.em();
      const basis = { position: null, createdAt: now, lookedAt: now, endedAt: null, state: 'queueing' as const };
      const replay = em.create(Replay, {
        id: newId(),
        accountId,
        endpointId: endpoint.id,
        filter,
        ratePerSecond,
        total,
        ...basis,
      });
      await flushWithRoom(services.db.pool, em, 'replays', { accountId });
      // As stored, before its run changes it.
      const begun = await view(services, replay.id, accountId);
      services.runs.replayDeliveries(replay.id, accountId);
      return c.json(begun, 202);
    })
    .openapi(list, async (c) => {
      const accountId = c.get('account').id;
      const find = ({ older, newestFirst }: Place) => services.db.em().find(Replay, { accountId, ...older }, newestFirst);
      const { items: found, nextCursor } = await pageById(c.req.valid('query'), `replays ${accountId}`, find, (row) => row);
      return c.json({ items: await views(services, found), nextCursor }, 200);
    })
    .openapi(get, async (c) => c.json(await view(services, c.req.valid('param').id, c.get('account').id), 200))
    .openapi(cancel, async (c) => {
      const [{ id }, accountId] = [c.req.valid('param'), c.get('account').id];
      await view(services, id, accountId);
      await transaction(services.db.pool, async (client) => {
        const ended = await affected(
          client,
          `update replays set state = 'cancelled', ended_at = now() where id = $1 and account_id = $2 and ended_at is null`,
          [id, accountId],
        );
        if (ended === 0) throw new AppError('conflict', said('replay-over'));
        await withdrawReplay(client, id);
      });
      return c.json(await view(services, id, accountId), 200);
    })
    .openapi(retry, async (c) => {
      const [{ id }, accountId] = [c.req.valid('param'), c.get('account').id];
      await retryOne(services, id, accountId);
      return c.json(await deliveryOf(services, id, accountId), 202);
    });

async function deliveryOf(services: ApiServices, id: string, accountId: string) {
  const em = services.db.em();
  const delivery = await em.findOneOrFail(Delivery, { id, accountId });
  const event = await em.findOne(Event, { id: delivery.eventId, accountId }, { exclude: ['body'] });
  return deliveryView(delivery, event ?? undefined);
}
async function views(services: ApiServices, found: Replay[]): Promise<z.infer<typeof ReplayView>[]> {
  const counted = await rows<Counts>(
    services.db.pool,
    `select replay_id as id, (count(*) filter (where trigger <> 'auto'))::int as waiting,
       (count(*) filter (where trigger = 'auto' and last_class = 'ok'))::int as delivered,
       (count(*) filter (where trigger = 'auto' and last_class is distinct from 'ok'))::int as failed
     from deliveries where replay_id = any($1::uuid[]) group by 1`,
    [found.map((each) => each.id)],
  );
  const byId = new Map(counted.map((row) => [row.id, row]));
  return found.map((each) => shown(ReplayView, each, byId.get(each.id) ?? NONE));
}

async function view(services: ApiServices, id: string, accountId: string): Promise<z.infer<typeof ReplayView>> {
  const found = existing(await services.db.em().findOne(Replay, { id, accountId }));
  return existing((await views(services, [found]))[0]);
}

async function retryOne({ db, runs }: ApiServices, id: string, accountId: string): Promise<void> {
  const [found] = await rows<{ channel: string }>(db.pool, 'select channel from deliveries where id = $1 and account_id = $2', [
    id,
    accountId,
  ]);
  if (!found) throw missing();
  if (found.channel === 'email') {
    if ((await requeueMail(db.pool, { id, accountId })) === 0) throw new AppError('conflict', said('mail-not-again'));
    return runs.retryEmails();
  }
  const [queued] = await requeue(db.pool, { ids: [id], accountId, trigger: 'manual', replayId: null });
  if (!queued) throw new AppError('conflict', said('already-on-its-way'));
  if (queued.healthy) runs.retryCallbacks();
  else runs.recoverEndpoint(queued.endpoint_id);
}

function filterOf({ since, until, states, ids }: z.infer<typeof NewReplay>, now: Date) {
  const filter = {
    since: since ?? new Date(now.getTime() - REPLAYED_DAYS * DAY_MS).toISOString(),
    until: until ?? now.toISOString(),
    states,
    ids: ids ?? null,
  };
  if (new Date(filter.since) >= new Date(filter.until))
    throw new AppError('invalid-request', said('times-reversed'), [
      until === undefined ? fault('since', 'since-not-over') : fault('until', 'until-not-after'),
    ]);
  return filter;
}
