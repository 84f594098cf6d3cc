import { asked, changeReplies } from '../reply-settings/request-setting-change.ts';
import { Enabling, EndpointView, endpointView } from '../reply-settings/endpoint-fields.ts';
import { findEndpoint } from './find-endpoint.ts';
import { conflict, notFound } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body, IdParam } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const route = routesOf('Callback endpoints');
const responses = ok('The endpoint', EndpointView, { ...notFound, ...conflict, ...asked });

const pause = route('post', '/callback-endpoints/{id}/pause', 'pauseCallbackEndpoint', {
  summary: 'Stop posting for now; what comes is held',
  request: { params: IdParam },
  responses,
});
const resume = route('post', '/callback-endpoints/{id}/resume', 'resumeCallbackEndpoint', {
  summary: 'Go on after a pause; what was held is sent, oldest first, slowly at the start',
  request: { params: IdParam },
  responses,
});
const enable = route('post', '/callback-endpoints/{id}/enable', 'enableCallbackEndpoint', {
  summary: 'Take up an endpoint again that was disabled, is gone, or fails: it is tried at once',
  request: { params: IdParam, body: body(Enabling) },
  responses,
});

/** Routes by which an owner pauses, resumes and re-enables an endpoint. */
export const endpointStates = (services: ApiServices) => {
  const view = async (id: string, account: string) => endpointView((await findEndpoint(services.db, id, account)).endpoint);

  return forAccounts()
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
