import { z } from '@hono/zod-openapi';
import { ForeignKeyConstraintViolationException } from '@mikro-orm/core';
import { Carrier } from '../../database/carriers/carrier.ts';
import { newId } from '../../database/ids.ts';
import { Route } from '../../database/carriers/route.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { because, fault, said } from '../../domain/problems/said.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { conflict, existing, notFound, refuseTaken } from '../http/problem.ts';
import { created, done, forAnyone, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, Route as RouteName, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const fields = {
  carrier: Id,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, because('country'))
    .nullable()
    .default(null)
    .openapi({ description: 'Of the recipient; null for any' }),
  account: Id.nullable().default(null).openapi({ description: 'Null for any' }),
  priority: z.int().min(0).max(1000).default(100).openapi({ description: 'The lowest goes first; the others when it can not' }),
  share: z.int().min(0).max(1000).default(100).openapi({
    description: 'Carriers of the same priority divide what there is; 0 is only for when the others can not',
  }),
};
const NewRoute = z.strictObject(fields).openapi('NewRoute');
const RouteView = z
  .object({ id: Id, route: RouteName, ...fields, createdAt: Time })
  .openapi('RoutingRule', { description: 'Who may carry what: an account before a country before all' });

const route = routesOf('Operator: carriers');
const list = route('get', '/routes', 'listRoutes', {
  summary: 'The routing table. Without a rule the route’s first carrier is used',
  responses: ok('All of it', z.object({ items: z.array(RouteView) })),
});
const create = route('post', '/routes', 'createRoute', {
  summary: 'Add a rule: a carrier carries messages for a country, of an account, or of the whole route',
  request: { body: body(NewRoute) },
  responses: created('Added', RouteView, conflict),
});
const remove = route('delete', '/routes/{id}', 'deleteRoute', {
  summary: 'Delete a routing rule; messages already planned by it stay',
  request: { params: IdParam },
  responses: done('Gone', notFound),
});

const view = (route: Route): z.infer<typeof RouteView> => shown(RouteView, route);

const unknown = (field: string) => invalidRequest(fault(field, 'not-there'));

export const operatorRoutingTable = ({ db }: ApiServices) =>
  forAnyone()
    .openapi(list, async (c) => {
      const found = await db.em().find(Route, {}, { orderBy: { route: 'asc', priority: 'asc', id: 'asc' } });
      return c.json({ items: found.map(view) }, 200);
    })
    .openapi(create, async (c) => {
      const asked = c.req.valid('json');
      const em = db.em();
      const carrier = await em.findOne(Carrier, { id: asked.carrier });
      if (!carrier) throw unknown('carrier');
      const route = em.create(Route, { ...asked, id: newId(), route: carrier.route, createdAt: new Date() });
      audit(em, { action: 'route.create', target: `route ${route.id}`, detail: asked });
      await em.flush().catch((error: unknown) => {
        if (error instanceof ForeignKeyConstraintViolationException) throw unknown('account');
        return refuseTaken(said('line-taken'))(error);
      });
      return c.json(view(route), 201);
    })
    .openapi(remove, async (c) => {
      const em = db.em();
      const route = existing(await em.findOne(Route, { id: c.req.valid('param').id }));
      em.remove(route);
      audit(em, { action: 'route.delete', target: `route ${route.id}` });
      await em.flush();
      return c.body(null, 204);
    });
