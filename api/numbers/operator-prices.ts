import { z } from '@hono/zod-openapi';
import { Account } from '../../database/account.ts';
import { newId } from '../../database/ids.ts';
import { Price } from '../../database/numbers/price.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { because, fault } from '../../domain/problems/said.ts';
import { readAmount } from '../../domain/money.ts';
import { audit } from '../../database/people/audit-entry.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { Money, money } from '../http/money-view.ts';

import { forAnyone, created, ok, routesOf } from '../http/route.ts';
import { body, Id, Route, shown, Time, TimeIn } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Kind = z.enum(['segment', 'number-month']);
const Where = z
  .string()
  .regex(/^(?:[A-Z]{2}|\*)$/, because('country-or-any'))
  .openapi({ example: 'FR' });

const PriceView = z
  .object({
    id: Id,
    account: Id.nullable().openapi({ description: 'Whose own price it is; null for everybody’s' }),
    kind: Kind,
    country: Where,
    route: Route.nullable(),
    price: Money,
    validFrom: Time,
    createdAt: Time,
  })
  .openapi('Price');
const NewPrice = z
  .strictObject({
    account: Id.optional(),
    kind: Kind,
    country: Where,
    route: Route.optional().openapi({ description: 'Of a segment' }),
    amount: z.string().max(20).openapi({ description: 'At most six decimals', example: '0.045' }),
    validFrom: TimeIn.optional().openapi({ description: 'Left out: from now on' }),
  })
  .openapi('NewPrice');

const route = routesOf('Operator: prices');
const create = route('post', '/prices', 'createPrice', {
  summary: 'Say what a segment, or a month of a number, costs from a date on: for everybody or for one account',
  request: { body: body(NewPrice) },
  responses: created('It holds from its date on', PriceView),
});
const list = route('get', '/prices', 'listPrices', {
  summary: 'Prices, newest first',
  request: { query: PageQuery.extend({ account: Id.optional(), kind: Kind.optional() }) },
  responses: ok('A page', pageOf(PriceView)),
});

const view = (price: Price): z.infer<typeof PriceView> =>
  shown(PriceView, price, {
    account: price.accountId ?? null,
    price: money(price.micros),
  });

export const operatorPrices = ({ db }: ApiServices) =>
  forAnyone()
    .openapi(create, async (c) => {
      const { account, kind, country, route, amount, validFrom } = c.req.valid('json');
      const micros = readAmount(amount);
      if (micros === null) throw invalidRequest(fault('amount', 'amount'));
      if ((kind === 'segment') !== (route !== undefined)) throw invalidRequest(fault('route', 'route-for-segments'));
      const em = db.em();
      if (account !== undefined && (await em.count(Account, { id: account })) === 0)
        throw invalidRequest(fault('account', 'not-there'));
      const now = new Date();
      const price = em.create(Price, {
        id: newId(),
        accountId: account ?? null,
        kind,
        country,
        route: route ?? null,
        micros,
        validFrom: validFrom === undefined ? now : new Date(validFrom),
        createdAt: now,
      });
      audit(em, {
        action: 'price.create',
        target: `price ${price.id}`,
        ...(account === undefined ? {} : { accountId: account }),
        detail: { kind, country, route: route ?? null, amount, validFrom: price.validFrom.toISOString() },
      });
      await em.flush();
      return c.json(view(price), 201);
    })
    .openapi(list, async (c) => {
      const { account, kind, ...query } = c.req.valid('query');
      const where = { ...(account ? { accountId: account } : {}), ...(kind ? { kind } : {}) };
      const find = ({ older, newestFirst }: Place) => db.em().find(Price, { ...where, ...older }, newestFirst);
      return c.json(await pageById(query, 'prices', find, view), 200);
    });
