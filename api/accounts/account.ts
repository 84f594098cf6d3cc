import { because } from '../../domain/problems/said.ts';
import { z } from '@hono/zod-openapi';
import { Account } from '../../database/account.ts';
import { existing } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body, Country, Id, iso, Locale, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

export const TwoWayState = z.enum(['off', 'requested', 'on', 'refused']);

/** `erasedAt`: from then on the account has no name, number or text. */
const AccountClosure = z.object({ closedAt: Time, eraseAt: Time, erasedAt: Time.nullable() });

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
    defaultSender: z.string().nullable().openapi({ description: 'Who premium campaigns come from that name no sender' }),
    octopushLogin: z.string().nullable().openapi({
      description: 'The login that programs written for Octopush name, beside the e-mail addresses of the account’s people',
    }),
    migratedAt: Time.nullable().openapi({ description: 'When it was moved from V0 to V2' }),
    closing: AccountClosure.nullable().openapi({ description: 'While it is closed; null: it is open' }),
    createdAt: Time,
  })
  .openapi('Account');

export const accountView = (account: Account): z.infer<typeof AccountView> =>
  shown(AccountView, account, {
    twoWayHistory: account.twoWayHistory.map((step) => ({ ...step, expectedVolume: step.expectedVolume ?? null })),
    closing:
      account.closedAt && account.eraseAt
        ? { closedAt: account.closedAt.toISOString(), eraseAt: account.eraseAt.toISOString(), erasedAt: iso(account.erasedAt) }
        : null,
  });

const route = routesOf('Account');
const get = route('get', '/account', 'getAccount', {
  summary: 'The account of the key',
  responses: ok('The account', AccountView),
});

const AccountChange = z
  .strictObject({
    defaultSender: z
      .string()
      .regex(/^(12345|\+\d{6,15}|(?=.*[A-Za-z])[A-Za-z0-9]{3,11})$/, because('sender-or-number'))
      .nullable()
      .openapi({ description: 'Null for none: each premium campaign names its own', example: '12345' })
      .optional(),
    octopushLogin: z.string().trim().min(3).max(254).nullable().optional().openapi({
      description: 'A login of its own for programs written for Octopush; null for none',
    }),
  })
  .openapi('AccountChange');
const change = route('patch', '/account', 'changeAccount', {
  summary: 'Set the sender of premium campaigns that name none, or the login of programs written for Octopush',
  request: { body: body(AccountChange) },
  responses: ok('The account', AccountView),
});

export const account = ({ db }: ApiServices) => {
  async function show(id: string) {
    const found = existing(await db.em().findOne(Account, { id }));
    return accountView(found);
  }

  return forAccounts()
    .openapi(get, async (c) => c.json(await show(c.get('account').id), 200))
    .openapi(change, async (c) => {
      const { id } = c.get('account');
      const { defaultSender, octopushLogin } = c.req.valid('json');
      const change = {
        ...(defaultSender === undefined ? {} : { defaultSender }),
        ...(octopushLogin === undefined ? {} : { octopushLogin }),
      };
      if (Object.keys(change).length > 0) await db.em().nativeUpdate(Account, { id }, change);
      return c.json(await show(id), 200);
    });
};
