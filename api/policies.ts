import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { AccountPolicies } from '../database/account-policies.ts';
import { DEFAULT_POLICIES, type Policies } from '../domain/policies.ts';
import { invalid } from './invalid.ts';
import { problems } from './problem.ts';
import { body, json } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

const fields = {
  quietHours: z.enum(['off', 'warn', 'hold']).openapi({ description: 'hold: marketing waits for the hours and goes by itself' }),
  quietPreset: z.enum(['standard', 'strict']).openapi({
    description: "standard: 8:00 to 21:30 by the recipient's clock; strict: 8:00 to 20:00, no Sundays, no public holidays",
  }),
};
type Chosen = Pick<Policies, 'quietHours' | 'quietPreset'>;
const PoliciesView = z.object(fields).openapi('Policies');
const PoliciesChange = z.strictObject(fields).partial().openapi('PoliciesChange');

const get = createRoute({
  method: 'get',
  path: '/policies',
  operationId: 'getPolicies',
  tags: ['Account'],
  summary: 'What the account chose about quiet hours',
  responses: { 200: { description: 'The policies', content: json(PoliciesView) }, ...problems },
});
const patch = createRoute({
  method: 'patch',
  path: '/policies',
  operationId: 'changePolicies',
  tags: ['Account'],
  summary: 'Change some of them',
  request: { body: body(PoliciesChange) },
  responses: { 200: { description: 'The policies', content: json(PoliciesView) }, ...problems },
});

const view = (row: AccountPolicies | null): Chosen => ({
  quietHours: row?.quietHours ?? DEFAULT_POLICIES.quietHours,
  quietPreset: row?.quietPreset ?? DEFAULT_POLICIES.quietPreset,
});

export const policies = ({ db }: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(get, async (c) => c.json(view(await db.em().findOne(AccountPolicies, { account: c.get('account').id })), 200))
    .openapi(patch, async (c) => {
      const account = c.get('account').id;
      const em = db.em();
      const change = Object.fromEntries(Object.entries(c.req.valid('json')).filter(([, value]) => value !== undefined));
      await em.upsert(AccountPolicies, {
        ...DEFAULT_POLICIES,
        ...view(await em.findOne(AccountPolicies, { account })),
        ...change,
        account,
      });
      return c.json(view(await db.em().findOne(AccountPolicies, { account })), 200);
    });
