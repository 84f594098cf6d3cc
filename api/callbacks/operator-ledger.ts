import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { readLedger } from '../../database/callbacks/ledger.ts';
import { invalid } from '../http/invalid.ts';
import { problems } from '../http/problem.ts';
import { json } from '../http/schemas.ts';
import type { ApiEnv, ApiServices } from '../services.ts';

const LedgerView = z
  .object({
    events: z.number().int(),
    owed: z.number().int().openapi({ description: 'Deliveries that the events said they owe, when they were frozen' }),
    states: z.record(z.string(), z.number().int()).openapi({ description: 'What became of them; the sum is `owed`' }),
    broken: z
      .record(z.string(), z.number().int())
      .openapi({ description: 'Rows that break a promise, by promise; empty when all add up' }),
  })
  .openapi('Ledger');

const get = createRoute({
  method: 'get',
  path: '/ledger',
  operationId: 'getLedger',
  tags: ['Operator'],
  summary: 'Whether every delivery that is owed is accounted for. Reads every row',
  responses: { 200: { description: 'The ledger', content: json(LedgerView) }, ...problems },
});

export const operatorLedger = ({ db }: ApiServices) =>
  new OpenAPIHono<ApiEnv>({ defaultHook: invalid }).openapi(get, async (c) => c.json(await readLedger(db.pool), 200));
