import { z } from '@hono/zod-openapi';
import { CallbackEndpoint } from '../../database/callbacks/callback-endpoint.ts';
import { asked, changeReplies } from '../reply-settings/request-setting-change.ts';
import { EndpointChange, EndpointView, endpointView, NewEndpoint } from '../reply-settings/endpoint-fields.ts';
import { findEndpoint } from './find-endpoint.ts';
import { conflict, notFound, refused } from '../http/problem.ts';
import { forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, IdParam } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const CreatedEndpoint = EndpointView.extend({
  secret: z.string().openapi({ description: 'Signs every callback (Standard Webhooks). Shown this once', example: 'whsec_…' }),
}).openapi('CreatedCallbackEndpoint');

const one = ok('The endpoint', EndpointView, notFound);
const route = routesOf('Callback endpoints');

const list = route('get', '/callback-endpoints', 'listCallbackEndpoints', {
  summary: 'Callback endpoints, oldest first',
  responses: ok('All of them', z.object({ items: z.array(EndpointView) })),
});
const create = route('post', '/callback-endpoints', 'createCallbackEndpoint', {
  summary: 'Have replies posted to an address',
  request: { body: body(NewEndpoint) },
  responses: created('Made', CreatedEndpoint, { ...conflict, ...refused, ...asked }),
});
const get = route('get', '/callback-endpoints/{id}', 'getCallbackEndpoint', {
  summary: 'A callback endpoint',
  request: { params: IdParam },
  responses: one,
});
const change = route('patch', '/callback-endpoints/{id}', 'changeCallbackEndpoint', {
  summary: 'Change an endpoint; setting the URL resumes deliveries held by a 410',
  request: { params: IdParam, body: body(EndpointChange) },
  responses: { ...one, ...conflict, ...refused, ...asked },
});
const remove = route('delete', '/callback-endpoints/{id}', 'deleteCallbackEndpoint', {
  summary: 'Delete an endpoint; its open deliveries are aborted and stay listed',
  request: { params: IdParam },
  responses: done('Deleted', { ...notFound, ...conflict, ...asked }),
});

export const callbackEndpoints = (services: ApiServices) => {
  const { db } = services;
  const view = async (id: string, account: string) => endpointView((await findEndpoint(db, id, account)).endpoint);

  return forAccounts()
    .openapi(list, async (c) => {
      const found = await db
        .em()
        .find(CallbackEndpoint, { account: c.get('account').id, deletedAt: null }, { orderBy: { id: 'asc' } });
      return c.json({ items: found.map(endpointView) }, 200);
    })
    .openapi(create, async (c) => {
      const outcome = await changeReplies(services, c, { kind: 'endpoint-new', fields: c.req.valid('json') });
      if (outcome.asked) return c.json(outcome.asked, 202);
      const { endpoint, secret } = outcome;
      return c.json({ ...(await view(endpoint, c.get('account').id)), secret }, 201);
    })
    .openapi(get, async (c) => c.json(await view(c.req.valid('param').id, c.get('account').id), 200))
    .openapi(change, async (c) => {
      const [{ id }, fields] = [c.req.valid('param'), c.req.valid('json')];
      const outcome = await changeReplies(services, c, { kind: 'endpoint-change', endpoint: id, fields });
      return outcome.asked ? c.json(outcome.asked, 202) : c.json(await view(id, c.get('account').id), 200);
    })
    .openapi(remove, async (c) => {
      const { id } = c.req.valid('param');
      const outcome = await changeReplies(services, c, { kind: 'endpoint-delete', endpoint: id });
      return outcome.asked ? c.json(outcome.asked, 202) : c.body(null, 204);
    });
};
