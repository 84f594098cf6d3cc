import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { Account } from '../database/account.ts';
import { missing } from './campaigns.ts';
import { invalid } from './invalid.ts';
import { problems } from './problem.ts';
import { Country, Id, json, Locale, Time } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

export const TwoWayState = z.enum(['off', 'requested', 'on', 'refused']);

export const AccountView = z
  .object({
    id: Id,
    name: z.string(),
    platform: z.enum(['v0', 'v2']),
    country: Country,
    locale: Locale,
    timeZone: z.string(),
    twoWay: TwoWayState,
    twoWayHistory: z
      .array(
        z.object({
          state: TwoWayState,
          at: Time,
          by: z.string(),
          reason: z.string().nullable(),
          expectedVolume: z.number().int().nullable().openapi({ description: 'Replies a month, of who asks' }),
        }),
      )
      .openapi({ description: 'Oldest first' }),
    createdAt: Time,
  })
  .openapi('Account');

export const accountView = (account: Account): z.infer<typeof AccountView> => ({
  id: account.id,
  name: account.name,
  platform: account.platform,
  country: account.country,
  locale: account.locale,
  timeZone: account.timeZone,
  twoWay: account.twoWay,
  twoWayHistory: account.twoWayHistory.map((step) => ({ ...step, expectedVolume: step.expectedVolume ?? null })),
  createdAt: account.createdAt.toISOString(),
});

const get = createRoute({
  method: 'get',
  path: '/account',
  operationId: 'getAccount',
  tags: ['Account'],
  summary: 'The account of the key',
  responses: { 200: { description: 'The account', content: json(AccountView) }, ...problems },
});

export const account = ({ db }: ApiServices) => {
  async function show(id: string) {
    const found = await db.em().findOne(Account, { id });
    if (!found) throw missing();
    return accountView(found);
  }

  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid }).openapi(get, async (c) =>
    c.json(await show(c.get('account').id), 200),
  );
};
