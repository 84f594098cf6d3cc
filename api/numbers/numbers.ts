import { z } from '@hono/zod-openapi';
import { recordAudit } from '../../database/people/audit.ts';
import {
  isSending,
  onOffer,
  releaseNumber,
  rentedBy,
  rentNumber,
  setRenews,
  type RentedNumber,
} from '../../database/numbers/rentals.ts';
import { transaction } from '../../database/sql.ts';
import { twoWayOff } from '../../domain/sending/sender-policy.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { Money, money } from '../http/money-view.ts';
import { conflict, existing, missing, notFound } from '../http/problem.ts';
import { forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, Country, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Kind = z.enum(['short-code', 'virtual', 'sim']);
export const OfferedNumber = z
  .object({
    id: Id,
    number: z.string(),
    country: Country,
    pricePerMonth: Money.nullable().openapi({ description: 'null: no price is set' }),
  })
  .openapi('OfferedNumber');
const RentedNumberView = OfferedNumber.extend({
  kind: Kind,
  rentedAt: Time.nullable(),
  rentedUntil: Time.nullable().openapi({ description: 'null: without end' }),
  renews: z.boolean().openapi({ description: 'Whether another month begins at the end' }),
}).openapi('RentedNumber');

const Rent = z
  .strictObject({
    number: z.string().max(40).optional().openapi({ description: 'One that is on offer', example: '+33644000000' }),
    country: Country.optional().openapi({ description: 'Or any of this country' }),
    renews: z.boolean().default(true),
  })
  .openapi('Rent');
const Change = z.strictObject({ renews: z.boolean() }).openapi('RentChange');

const route = routesOf('Numbers');
const one = ok('The number', RentedNumberView, notFound);
const list = route('get', '/numbers', 'listRentedNumbers', {
  summary: 'The numbers that this account rents, oldest first',
  request: { query: PageQuery },
  responses: ok('A page', pageOf(RentedNumberView)),
});
const offers = route('get', '/numbers/offers', 'listNumbersOnOffer', {
  summary: 'Virtual numbers that can be rented now',
  request: { query: PageQuery.extend({ country: Country.optional() }) },
  responses: ok('A page', pageOf(OfferedNumber)),
});
const rent = route('post', '/numbers/rent', 'rentNumber', {
  summary: 'Rent a virtual number by the month: it sends campaigns, and whatever is written to it is this account’s',
  request: { body: body(Rent) },
  responses: created('Rented', RentedNumberView, conflict),
});
const get = route('get', '/numbers/{id}', 'getRentedNumber', {
  summary: 'A rented number',
  request: { params: IdParam },
  responses: one,
});
const change = route('patch', '/numbers/{id}', 'changeRentedNumber', {
  summary: 'Change whether a number is renewed at the end of its month',
  request: { params: IdParam, body: body(Change) },
  responses: one,
});
const release = route('post', '/numbers/{id}/release', 'releaseNumber', {
  summary: 'Release a number now; late replies still come to this account for 30 days',
  request: { params: IdParam },
  responses: done('Released', { ...notFound, ...conflict }),
});

export const offerView = (offer: RentedNumber): z.infer<typeof OfferedNumber> =>
  shown(OfferedNumber, offer, { pricePerMonth: offer.micros === null ? null : money(Number(offer.micros)) });
const view = (number: RentedNumber) => shown(RentedNumberView, number, offerView(number));

/** Throws unless a number or a country is given, not both. */
function onlyOne({ number, country }: z.infer<typeof Rent>): void {
  if ((number === undefined) !== (country === undefined)) return;
  throw invalidRequest(fault('number', 'one', { other: 'country' }));
}

export const numbers = ({ db }: ApiServices) => {
  async function find(account: string, id: string): Promise<RentedNumber> {
    return existing((await rentedBy(db.pool, account, { id, limit: 1 }))[0]);
  }
  return forAccounts()
    .openapi(list, async (c) => {
      const account = c.get('account').id;
      const find = ({ after, most: limit }: Place) => rentedBy(db.pool, account, { after, limit });
      const scope = `rented numbers ${account}`;
      return c.json(await pageById(c.req.valid('query'), scope, find, view), 200);
    })
    .openapi(offers, async (c) => {
      const account = c.get('account').id;
      const { country, ...query } = c.req.valid('query');
      const countries = country === undefined ? null : [country];
      const find = ({ after, most: limit }: Place) => onOffer(db.pool, account, { countries, after, limit });
      return c.json(await pageById(query, `numbers on offer ${account}`, find, offerView), 200);
    })
    .openapi(rent, async (c) => {
      const account = c.get('account');
      const asked = c.req.valid('json');
      onlyOne(asked);
      if (account.twoWay !== 'on') throw new AppError('two-way-off', twoWayOff(account).said);
      const { number = null, country = null, renews } = asked;
      const rented = await transaction(db.pool, async (client) => {
        const found = await rentNumber(client, { account: account.id, number, country, renews });
        if (!found)
          throw new AppError('number-unavailable', null, [
            number === null ? fault('country', 'country-without-offer') : fault('number', 'number-not-on-offer'),
          ]);
        if (found.micros === null) throw new AppError('price-missing', said('no-rental-price', { country: found.country }));
        await recordAudit(client, { action: 'number.rent', target: `number ${found.id}` });
        return found;
      });
      return c.json(view(rented), 201);
    })
    .openapi(get, async (c) => c.json(view(await find(c.get('account').id, c.req.valid('param').id)), 200))
    .openapi(change, async (c) => {
      const account = c.get('account').id;
      const { id } = c.req.valid('param');
      if (!(await setRenews(db.pool, account, id, c.req.valid('json').renews))) throw missing();
      return c.json(view(await find(account, id)), 200);
    })
    .openapi(release, async (c) => {
      const account = c.get('account').id;
      const { id } = c.req.valid('param');
      const { kind } = await find(account, id);
      if (kind !== 'virtual') throw new AppError('conflict', said('number-given'));
      await transaction(db.pool, async (client) => {
        if (await isSending(client, account, id)) throw new AppError('conflict', said('number-sending'));
        if (!(await releaseNumber(client, id, account))) throw missing();
        await recordAudit(client, { action: 'number.release', target: `number ${id}` });
      });
      return c.body(null, 204);
    });
};
