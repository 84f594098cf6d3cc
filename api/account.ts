import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { Account } from '../database/account.ts';
import { affected } from '../database/sql.ts';
import { AppError } from '../domain/errors.ts';
import { actorOf } from './audit.ts';
import { missing } from './campaigns.ts';
import { invalid } from './invalid.ts';
import { conflict, problems } from './problem.ts';
import { body, Country, Id, json, Locale, Time } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

const TwoWayState = z.enum(['off', 'requested', 'on', 'refused']);

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
      .array(z.object({ state: TwoWayState, at: Time, by: z.string(), reason: z.string().nullable() }))
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
  twoWayHistory: account.twoWayHistory,
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

const TwoWayRequest = z
  .strictObject({
    reason: z.string().trim().min(1).max(1000),
    expectedVolume: z.number().int().min(1).max(1_000_000_000).openapi({ description: 'Replies a month' }),
  })
  .openapi('TwoWayRequest');

const request = createRoute({
  method: 'post',
  path: '/two-way/request',
  operationId: 'requestTwoWay',
  tags: ['Account'],
  summary: 'Ask for two-way SMS; an operator decides',
  request: { body: body(TwoWayRequest) },
  responses: { 202: { description: 'Asked', content: json(AccountView) }, ...problems, ...conflict },
});

export const account = ({ db }: ApiServices) => {
  async function show(id: string) {
    const found = await db.em().findOne(Account, { id });
    if (!found) throw missing();
    return accountView(found);
  }

  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(get, async (c) => c.json(await show(c.get('account').id), 200))
    .openapi(request, async (c) => {
      const { id, twoWay } = c.get('account');
      const { reason, expectedVolume } = c.req.valid('json');
      const step = {
        state: 'requested',
        at: new Date().toISOString(),
        by: actorOf(c.get('keyId')),
        reason: `${reason} (${expectedVolume} replies a month)`,
      };
      const asked = await affected(
        db.pool,
        `update accounts set two_way = 'requested', two_way_history = two_way_history || $2::jsonb where id = $1 and two_way in ('off', 'refused')`,
        [id, JSON.stringify([step])],
      );
      if (asked === 0) {
        const detail =
          twoWay === 'on' ? 'The account has two-way SMS already.' : 'It has been asked for already; an operator decides.';
        throw new AppError('conflict', detail);
      }
      return c.json(await show(id), 202);
    });
};
