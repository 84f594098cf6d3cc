import { z } from '@hono/zod-openapi';
import { Delivery } from '../../database/callbacks/delivery.ts';
import { Event } from '../../database/callbacks/event.ts';
import { idAt } from '../../database/ids.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Id } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';
import { DeliveryState, DeliveryView, deliveryView } from './deliveries.ts';

const View = DeliveryView.extend({ account: Id }).openapi('OperatorDelivery');
const KEPT_MS = 31 * DAY_MS;

const route = routesOf('Operator: callbacks');
const list = route('get', '/deliveries', 'listDeliveriesAsOperator', {
  summary:
    'Deliveries of the last 31 days across accounts, newest first, without texts and numbers; who looked is in the audit log',
  request: {
    query: PageQuery.extend({
      account: Id.optional(),
      endpoint: Id.optional(),
      state: DeliveryState.optional(),
      attempts: z.coerce
        .number()
        .int()
        .min(0)
        .max(1000)
        .optional()
        .openapi({ type: 'integer', description: 'Made so far, at least' }),
    }),
  },
  responses: ok('A page', pageOf(View)),
});

export const operatorDeliveries = ({ db }: ApiServices) =>
  forAnyone().openapi(list, async (c) => {
    const { cursor, limit, account, endpoint, state, attempts } = c.req.valid('query');
    const wish = { account, endpoint, state, attempts };
    const em = db.em();
    const where = {
      ...(account ? { accountId: account } : {}),
      ...(endpoint ? { endpointId: endpoint } : {}),
      ...(state ? { state, deliveredAt: state === 'delivered' ? { $ne: null } : null } : {}),
      ...(attempts === undefined ? {} : { attempts: { $gte: attempts } }),
    };
    const find = ({ older, newestFirst }: Place) =>
      em.find(Delivery, { id: { $gte: idAt(Date.now() - KEPT_MS), ...older.id }, ...where }, newestFirst);
    const scope = `operator deliveries ${JSON.stringify(wish)}`;
    const { items: found, nextCursor } = await pageById({ cursor, limit }, scope, find, (row) => row);
    const ids = [...new Set(found.map(({ eventId }) => eventId))];
    const events = new Map((await em.find(Event, { id: { $in: ids } }, { exclude: ['body'] })).map((event) => [event.id, event]));
    const target = account === undefined ? 'deliveries' : `account ${account}`;
    await recordAudit(db.pool, { accountId: account ?? null, action: 'deliveries.list', target, detail: wish });
    const items = found.map((each) => ({ ...deliveryView(each, events.get(each.eventId)), account: each.accountId }));
    return c.json({ items, nextCursor }, 200);
  });
