import { z } from '@hono/zod-openapi';
import { callbackHeaders } from '../../webhook-client/request.ts';
import { liveSecrets, readSecrets } from '../../webhook-client/signing-secrets.ts';
import { newId } from '../../database/ids.ts';
import { classForCustomer, unreachable } from '../../domain/callbacks/attempt-class.ts';
import { findEndpoint } from './find-endpoint.ts';
import { notFound } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { Id, IdParam, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const TestView = z
  .object({
    ok: z.boolean().openapi({ description: 'It answered 2xx' }),
    webhookId: Id,
    startedAt: Time,
    class: z.string(),
    status: z.number().int().nullable(),
    timings: z.record(z.string(), z.number().nullable()).nullable().openapi({ description: 'Milliseconds' }),
    responseHeaders: z.record(z.string(), z.string()).nullable(),
    bodyExcerpt: z.string().nullable(),
  })
  .openapi('EndpointTest');

const route = routesOf('Callback endpoints');
const ping = route('post', '/callback-endpoints/{id}/test', 'testCallbackEndpoint', {
  summary: 'Post a signed ping now, whatever the endpoint’s health, and answer with how it went',
  request: { params: IdParam },
  responses: ok('How it went: look at ok', TestView, notFound),
});

/** A ping is signed and guarded like a delivery, but counts for nothing and is not stored. */
export const endpointTest = ({ db, secrets, poster, log, tracing }: ApiServices) =>
  forAccounts().openapi(ping, async (c) => {
    const { endpoint } = await findEndpoint(db, c.req.valid('param').id, c.get('account').id);
    const now = new Date();
    const id = newId();
    const body = JSON.stringify({ id, type: 'ping', timestamp: now.toISOString(), data: { endpoint: { id: endpoint.id } } });
    const signing = liveSecrets(readSecrets(secrets.open(endpoint.secrets)), now);
    const result = await poster.post({
      url: endpoint.url,
      headers: callbackHeaders({
        secrets: signing,
        id,
        deliveryId: newId(),
        attempt: 1,
        trigger: 'test',
        format: 'standard',
        body,
        now,
        trace: { ...tracing.headers(), 'x-request-id': c.get('requestId') },
      }),
      body,
      timeoutMs: endpoint.timeoutMs,
    });
    if (result.error) log.info({ endpointId: endpoint.id, reason: result.error }, 'a ping failed');
    return c.json(
      {
        ok: result.ok,
        webhookId: id,
        startedAt: now.toISOString(),
        class: classForCustomer(result.class, result.status),
        status: result.status,
        timings: unreachable(result.class, result.status) ? null : result.timings,
        responseHeaders: result.responseHeaders,
        bodyExcerpt: result.bodyExcerpt,
      },
      200,
    );
  });
