import type { Context } from 'hono';
import { asked, changeReplies } from '../reply-settings/request-setting-change.ts';
import { Enabling, EndpointView, endpointView } from '../reply-settings/endpoint-fields.ts';
import { findEndpoint } from './find-endpoint.ts';
import { conflict, notFound } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body, IdParam } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';
import type { ReplyChange } from '../reply-settings/setting-change.ts';

const route = routesOf('Callback endpoints');
const responses = ok('The endpoint', EndpointView, { ...notFound, ...conflict, ...asked });

const pause = route('post', '/callback-endpoints/{id}/pause', 'pauseCallbackEndpoint', {
  summary: 'Pause posting; new deliveries are held',
  request: { params: IdParam },
  responses,
});
const resume = route('post', '/callback-endpoints/{id}/resume', 'resumeCallbackEndpoint', {
  summary: 'Resume after a pause; held deliveries are sent oldest first, slowly at the start',
  request: { params: IdParam },
  responses,
});
const enable = route('post', '/callback-endpoints/{id}/enable', 'enableCallbackEndpoint', {
  summary: 'Enable an endpoint that is disabled, gone or failing: it is tried at once',
  request: { params: IdParam, body: body(Enabling) },
  responses,
});

export const endpointStates = (services: ApiServices) => {
  async function change(c: Context<AccountEnv>, asked: ReplyChange & { endpoint: string }) {
    const outcome = await changeReplies(services, c, asked);
    if (outcome.asked) return c.json(outcome.asked, 202);
    const { endpoint } = await findEndpoint(services.db, asked.endpoint, c.get('account').id);
    return c.json(endpointView(endpoint), 200);
  }
  return forAccounts()
    .openapi(pause, (c) => change(c, { kind: 'endpoint-pause', endpoint: c.req.valid('param').id }))
    .openapi(resume, (c) => change(c, { kind: 'endpoint-resume', endpoint: c.req.valid('param').id }))
    .openapi(enable, (c) => change(c, { kind: 'endpoint-enable', endpoint: c.req.valid('param').id, held: c.req.valid('json') }));
};
