import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { invalid } from '../http/invalid.ts';
import { problems } from '../http/problem.ts';
import { json, Route } from '../http/schemas.ts';
import type { ApiEnv, ApiServices } from '../services.ts';

const TypeView = z
  .object({
    type: z.string(),
    route: Route,
    settings: z.record(z.string(), z.unknown()).openapi({
      description: 'JSON Schema of its settings; `secret: true` marks what is sealed and never shown again',
    }),
  })
  .openapi('CarrierType');

const list = createRoute({
  method: 'get',
  path: '/carrier-types',
  operationId: 'listCarrierTypes',
  tags: ['Operator: carriers'],
  summary: 'The kinds of carrier that can be added, and what each wants to know',
  responses: { 200: { description: 'All of them', content: json(z.object({ items: z.array(TypeView) })) }, ...problems },
});

export const operatorCarrierTypes = ({ registry }: ApiServices) => {
  const items = Object.entries(registry).map(([type, { settings, capabilities }]) => ({
    type,
    route: capabilities.route,
    // As it is typed in: what has a default may be left out.
    settings: { ...z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) },
  }));
  return new OpenAPIHono<ApiEnv>({ defaultHook: invalid }).openapi(list, (c) => c.json({ items }, 200));
};
