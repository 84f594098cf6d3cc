import { z } from '@hono/zod-openapi';
import { asked, changeReplies } from '../reply-settings/request-setting-change.ts';
import { SecretRotation } from '../reply-settings/endpoint-fields.ts';
import { notFound } from '../http/problem.ts';
import { forAccounts, created, routesOf } from '../http/route.ts';
import { body, IdParam, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const RotatedSecret = z
  .object({
    secret: z.string().openapi({
      description: 'Signs from now on; of an ed25519 key its public half, `whpk_…`. Shown this once',
      example: 'whsec_…',
    }),
    othersSignUntil: Time.nullable().openapi({ description: 'When the last of the secrets before it stops signing' }),
  })
  .openapi('RotatedSecret');

const route = routesOf('Callback endpoints');
const rotate = route('post', '/callback-endpoints/{id}/secrets', 'rotateCallbackSecret', {
  summary: 'A new signing secret; for a while the one before it signs too',
  request: { params: IdParam, body: body(SecretRotation) },
  responses: created('The new secret', RotatedSecret, { ...notFound, ...asked }),
});

export const endpointSecrets = (services: ApiServices) =>
  forAccounts().openapi(rotate, async (c) => {
    const [{ id }, rotation] = [c.req.valid('param'), c.req.valid('json')];
    const outcome = await changeReplies(services, c, { kind: 'secret-rotate', endpoint: id, ...rotation });
    if (outcome.asked) return c.json(outcome.asked, 202);
    return c.json({ secret: outcome.secret, othersSignUntil: outcome.othersSignUntil }, 201);
  });
