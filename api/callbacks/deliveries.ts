import { z } from '@hono/zod-openapi';
import { CallbackEndpoint } from '../../database/callbacks/callback-endpoint.ts';
import { Delivery, DeliveryAttempt } from '../../database/callbacks/delivery.ts';
import { Event } from '../../database/callbacks/event.ts';
import { findDeliveries } from '../../database/callbacks/find-deliveries.ts';
import { rows, type Sql } from '../../database/sql.ts';
import { classForCustomer, unreachable } from '../../domain/callbacks/attempt-class.ts';
import { CONTENT_TYPES, type CallbackFormat } from '../../domain/callbacks/octopush-callback.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { existing, notFound } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { Id, IdParam, iso, shown, Time, TimeIn } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Channel = z.enum(['callback', 'email']);
export const DeliveryState = z
  .enum(['pending', 'in_flight', 'delivered', 'retrying', 'held', 'exhausted', 'aborted'])
  .openapi('DeliveryState', {
    description: 'pending → in_flight → delivered; or retrying, held, exhausted, aborted. Nothing is discarded',
  });

export const DeliveryView = z
  .object({
    id: Id,
    channel: Channel,
    endpointId: Id.nullable(),
    emailId: Id.nullable(),
    event: z.object({ id: Id, type: z.string(), replyId: Id.nullable() }).nullable(),
    state: DeliveryState,
    attempts: z.number().int().openapi({ description: 'Made so far' }),
    nextAt: Time.nullable(),
    heldReason: z.string().nullable(),
    lastClass: z
      .string()
      .nullable()
      .openapi({ description: 'What the last attempt came to: ok, http_5xx, redirect, unreachable …' }),
    lastStatus: z.int().nullable().optional().openapi({ description: 'Of a list: the HTTP status of the last attempt' }),
    lastMs: z.number().nullable().optional().openapi({ description: 'Of a list: how long the last attempt took' }),
    runId: z.string().openapi({ description: 'The workflow id of the run that made the first attempt' }),
    createdAt: Time,
    finishedAt: Time.nullable(),
  })
  .openapi('Delivery');

const AttemptView = z
  .object({
    id: Id,
    number: z.number().int(),
    trigger: z.enum(['auto', 'manual', 'replay', 'test']),
    startedAt: Time,
    endedAt: Time.nullable(),
    firstClass: z.string().nullable().openapi({
      description: 'What became of the first address, where the fallback was tried: the rest is of the fallback',
    }),
    outOfOrder: z.boolean().openapi({ description: 'It went before an earlier reply that had been waited for long enough' }),
    class: z.string().openapi({ description: 'unknown until the attempt is closed: it may have arrived' }),
    status: z.number().int().nullable(),
    timings: z.record(z.string(), z.number().nullable()).nullable().openapi({ description: 'Milliseconds' }),
    responseHeaders: z.record(z.string(), z.string()).nullable(),
    bodyExcerpt: z.string().nullable(),
  })
  .openapi('Attempt');

export const deliveryView = (
  delivery: Delivery,
  event: Pick<Event, 'id' | 'type' | 'replyId'> | undefined,
): z.infer<typeof DeliveryView> =>
  shown(DeliveryView, delivery, {
    event: event ? { id: event.id, type: event.type, replyId: event.replyId ?? null } : null,
    state: delivery.deliveredAt ? 'delivered' : delivery.state,
    lastClass: delivery.lastClass ? classForCustomer(delivery.lastClass) : null,
  });

function attemptView(attempt: DeliveryAttempt): z.infer<typeof AttemptView> {
  const status = attempt.status ?? null;
  const hidden = unreachable(attempt.class, status);
  return shown(AttemptView, attempt, {
    // The time that the first address took would give its class away.
    endedAt: hidden || attempt.firstClass ? null : iso(attempt.endedAt),
    firstClass: attempt.firstClass ? classForCustomer(attempt.firstClass, null) : null,
    class: hidden ? 'unreachable' : attempt.class,
    status,
    timings: hidden ? null : (attempt.timings ?? null),
  });
}

const route = routesOf('Deliveries');
const list = route('get', '/deliveries', 'listDeliveries', {
  summary: 'What is owed or was delivered by callback and e-mail, newest first',
  request: {
    query: PageQuery.extend({
      state: DeliveryState.optional(),
      channel: Channel.optional(),
      endpoint: Id.optional(),
      reply: Id.optional(),
      conversation: Id.optional().openapi({ description: 'What its replies were told by' }),
      from: TimeIn.optional().openapi({ description: 'Made at or after' }),
      to: TimeIn.optional().openapi({ description: 'Made before' }),
    }),
  },
  responses: ok('A page', pageOf(DeliveryView)),
});

const get = route('get', '/deliveries/{id}', 'getDelivery', {
  summary: 'A delivery',
  request: { params: IdParam },
  responses: ok('The delivery', DeliveryView, notFound),
});

const RequestView = z
  .object({
    url: z.string().nullable().openapi({ description: 'Null for an e-mail' }),
    webhookId: Id,
    contentType: z.string(),
    body: z.string().openapi({ description: 'The bytes that every attempt posts. Empty once the contact was erased' }),
  })
  .openapi('DeliveryRequest');
const request = route('get', '/deliveries/{id}/request', 'getDeliveryRequest', {
  summary: 'The request that every attempt at a delivery posts; each attempt has its own signature',
  request: { params: IdParam },
  responses: ok('The request', RequestView, notFound),
});

const attempts = route('get', '/deliveries/{id}/attempts', 'listAttempts', {
  summary: 'Every attempt at a delivery, in order; one that a crash cut off says unknown',
  request: { params: IdParam },
  responses: ok('The attempts', z.object({ items: z.array(AttemptView) }), notFound),
});

type LastAttempt = Pick<z.infer<typeof DeliveryView>, 'lastStatus' | 'lastMs'>;
/** The last attempt of each delivery, by its id, without attempts that are hidden from customers. */
async function lastAttempts(sql: Sql, ids: string[]): Promise<Map<string, LastAttempt>> {
  const found = await rows<{ id: string; class: string; status: number | null; ms: number | null }>(
    sql,
    `select distinct on (delivery_id) delivery_id as id, class, status, (timings->>'totalMs')::float8 as ms
     from delivery_attempts where delivery_id = any($1::uuid[]) order by delivery_id, number desc, started_at desc`,
    [ids],
  );
  return new Map(
    found
      .filter((each) => !unreachable(each.class, each.status))
      .map(({ id, status, ms }) => [id, { lastStatus: status, lastMs: ms }]),
  );
}

export const deliveries = ({ db }: ApiServices) =>
  forAccounts()
    .openapi(list, async (c) => {
      const accountId = c.get('account').id;
      const { from, to, ...wish } = c.req.valid('query');
      const times = { from: from ? new Date(from) : undefined, to: to ? new Date(to) : undefined };
      const find = async ({ after, most }: Place) => {
        const ids = await findDeliveries(db.pool, { ...wish, ...times, accountId, before: after ?? undefined }, most);
        return ids.map((id) => ({ id }));
      };
      const { items: ids, nextCursor } = await pageById(wish, `deliveries ${accountId}`, find, ({ id }) => id);
      const em = db.em();
      const found = await em.find(Delivery, { accountId, id: { $in: ids } }, { orderBy: { id: 'desc' } });
      const eventIds = [...new Set(found.map((delivery) => delivery.eventId))];
      const events = await em.find(Event, { accountId, id: { $in: eventIds } }, { exclude: ['body'] });
      const eventOf = new Map(events.map((event) => [event.id, event]));
      const last = await lastAttempts(db.pool, ids);
      const views = found.map((each) => ({ ...deliveryView(each, eventOf.get(each.eventId)), ...last.get(each.id) }));
      // A delivery that has left the requested state meanwhile is left out; the page still goes on.
      const items = views.filter(({ state }) => wish.state === undefined || state === wish.state);
      return c.json({ items, nextCursor }, 200);
    })
    .openapi(get, async (c) => {
      const accountId = c.get('account').id;
      const em = db.em();
      const delivery = existing(await em.findOne(Delivery, { id: c.req.valid('param').id, accountId }));
      const event = await em.findOne(Event, { id: delivery.eventId, accountId });
      return c.json(deliveryView(delivery, event ?? undefined), 200);
    })
    .openapi(request, async (c) => {
      const accountId = c.get('account').id;
      const em = db.em();
      const delivery = existing(await em.findOne(Delivery, { id: c.req.valid('param').id, accountId }));
      const event = await em.findOne(Event, { id: delivery.eventId, accountId });
      const id = delivery.endpointId;
      const endpoint = id ? await em.findOne(CallbackEndpoint, { id, account: accountId }, { exclude: ['secrets'] }) : null;
      const format: CallbackFormat = delivery.format;
      const content = { contentType: CONTENT_TYPES[format], body: delivery.body ?? event?.body ?? '' };
      return c.json({ url: endpoint?.url ?? null, webhookId: delivery.eventId, ...content }, 200);
    })
    .openapi(attempts, async (c) => {
      const em = db.em();
      const delivery = existing(
        await em.findOne(Delivery, { id: c.req.valid('param').id, accountId: c.get('account').id }, { fields: ['id'] }),
      );
      const found = await em.find(DeliveryAttempt, { deliveryId: delivery.id }, { orderBy: { number: 'asc', startedAt: 'asc' } });
      return c.json({ items: found.map(attemptView) }, 200);
    });
