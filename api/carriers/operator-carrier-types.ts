import { z } from '@hono/zod-openapi';
import { sentenceOf } from '../../domain/problems/said.ts';
import { speak } from '../http/language.ts';

import { forAnyone, ok, routesOf } from '../http/route.ts';
import { Route } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const TypeView = z
  .object({
    type: z.string(),
    route: Route,
    unverified: z.array(z.string()).openapi({
      description: 'What neither its documentation nor a library of its says: try it with a message of your own',
    }),
    settings: z.record(z.string(), z.unknown()).openapi({
      description: 'JSON Schema of its settings; `secret: true` marks what is sealed and never shown again',
    }),
  })
  .openapi('CarrierType');

const route = routesOf('Operator: carriers');
const list = route('get', '/carrier-types', 'listCarrierTypes', {
  summary: 'The kinds of carrier that can be added, and what each wants to know',
  responses: ok('All of them', z.object({ items: z.array(TypeView) })),
});

export const operatorCarrierTypes = ({ registry }: ApiServices) => {
  const items = Object.entries(registry).map(([type, { settings, capabilities, unverified = [] }]) => ({
    type,
    route: capabilities.route,
    unverified,
    // As input: fields with a default are optional.
    settings: { ...z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) },
  }));
  return forAnyone().openapi(list, (c) => {
    const language = speak(c);
    const said = items.map((each) => ({ ...each, unverified: each.unverified.map((say) => sentenceOf({ say }, language)) }));
    return c.json({ items: said }, 200);
  });
};
