import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { invalid } from '../http/invalid.ts';
import { problems } from '../http/problem.ts';
import { json } from '../http/schemas.ts';
import type { ApiEnv, ApiServices } from '../services.ts';

const LinksView = z
  .object({
    temporalRuns: z
      .string()
      .nullable()
      .openapi({ description: 'A workflow id after it opens that run in the Temporal UI; null where no UI is named' }),
  })
  .openapi('OperatorLinks');

const get = createRoute({
  method: 'get',
  path: '/links',
  operationId: 'getOperatorLinks',
  tags: ['Operator'],
  summary: 'Where what runs here can be looked at',
  responses: { 200: { description: 'The links', content: json(LinksView) }, ...problems },
});

export const operatorLinks = ({ temporalRuns }: ApiServices) =>
  new OpenAPIHono<ApiEnv>({ defaultHook: invalid }).openapi(get, (c) => c.json({ temporalRuns }, 200));
