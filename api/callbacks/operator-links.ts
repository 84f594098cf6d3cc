import { OpenAPIHono, z } from '@hono/zod-openapi';
import { invalid } from '../http/invalid.ts';

import { ok, routesOf } from '../http/route.ts';
import type { ApiEnv, ApiServices } from '../services.ts';

const LinksView = z
  .object({
    temporalRuns: z
      .string()
      .nullable()
      .openapi({ description: 'A workflow id after it opens that run in the Temporal UI; null where no UI is named' }),
  })
  .openapi('OperatorLinks');

const route = routesOf('Operator');
const get = route('get', '/links', 'getOperatorLinks', {
  summary: 'Where what runs here can be looked at',
  responses: ok('The links', LinksView),
});

export const operatorLinks = ({ temporalRuns }: ApiServices) =>
  new OpenAPIHono<ApiEnv>({ defaultHook: invalid }).openapi(get, (c) => c.json({ temporalRuns }, 200));
