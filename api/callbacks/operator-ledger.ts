import { z } from '@hono/zod-openapi';
import { readLedger } from '../../database/callbacks/ledger.ts';

import { forAnyone, ok, routesOf } from '../http/route.ts';
import type { ApiServices } from '../services.ts';

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

const route = routesOf('Operator');
const get = route('get', '/ledger', 'getLedger', {
  summary: 'Whether every owed delivery is accounted for. Reads every row',
  responses: ok('The ledger', LedgerView),
});

export const operatorLedger = ({ db }: ApiServices) =>
  forAnyone().openapi(get, async (c) => c.json(await readLedger(db.pool), 200));
