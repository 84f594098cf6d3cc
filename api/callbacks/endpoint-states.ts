import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { asked, changeReplies } from '../reply-settings/request-setting-change.ts';
import { Enabling, EndpointView, endpointView } from '../reply-settings/endpoint-fields.ts';
import { findEndpoint } from './find-endpoint.ts';
import { invalid } from '../http/invalid.ts';
import { conflict, notFound, problems } from '../http/problem.ts';
import { body, IdParam, json } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const tags = ['Callback endpoints'];
const responses = {
  200: { description: 'The endpoint', content: json(EndpointView) },
  ...problems,
  ...notFound,
  ...conflict,
  ...asked,
} as const;

const pause = createRoute({
  method: 'post',
  path: '/callback-endpoints/{id}/pause',
  operationId: 'pauseCallbackEndpoint',
  tags,
  summary: 'Stop posting for now; what comes is held',
  request: { params: IdParam },
  responses,
});
const resume = createRoute({
  method: 'post',
  path: '/callback-endpoints/{id}/resume',
  operationId: 'resumeCallbackEndpoint',
  tags,
  summary: 'Go on after a pause; what was held is sent, oldest first, slowly at the start',
  request: { params: IdParam },
  responses,
});
const enable = createRoute({
  method: 'post',
  path: '/callback-endpoints/{id}/enable',
  operationId: 'enableCallbackEndpoint',
  tags,
  summary: 'Take up an endpoint again that was disabled, is gone, or fails: it is tried at once',
  request: { params: IdParam, body: body(Enabling) },
  responses,
});

/** What an owner does to an endpoint: stop it, go on, take it up again. */
export const endpointStates = (services: ApiServices) => {
  const view = async (id: string, account: string) => endpointView((await findEndpoint(services.db, id, account)).endpoint);

  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(pause, async (c) => {
      const { id } = c.req.valid('param');
      const outcome = await changeReplies(services, c, { kind: 'endpoint-pause', endpoint: id });
      return outcome.asked ? c.json(outcome.asked, 202) : c.json(await view(id, c.get('account').id), 200);
    })
    .openapi(resume, async (c) => {
      const { id } = c.req.valid('param');
      const outcome = await changeReplies(services, c, { kind: 'endpoint-resume', endpoint: id });
      return outcome.asked ? c.json(outcome.asked, 202) : c.json(await view(id, c.get('account').id), 200);
    })
    .openapi(enable, async (c) => {
      const { id } = c.req.valid('param');
      const outcome = await changeReplies(services, c, { kind: 'endpoint-enable', endpoint: id, held: c.req.valid('json') });
      return outcome.asked ? c.json(outcome.asked, 202) : c.json(await view(id, c.get('account').id), 200);
    });
};
