import { z } from '@hono/zod-openapi';

import { forAnyone, ok, routesOf } from '../http/route.ts';
import type { ApiServices } from '../services.ts';

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
  summary: 'Links to the Temporal UI',
  responses: ok('The links', LinksView),
});

export const operatorLinks = ({ temporalRuns }: ApiServices) => forAnyone().openapi(get, (c) => c.json({ temporalRuns }, 200));
