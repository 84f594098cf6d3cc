import { defineEntity, p } from '@mikro-orm/core';
import type { SegmentPrices } from '../../domain/campaigns/cost.ts';
import { rows, type Sql } from '../sql.ts';

export type PriceKind = 'segment' | 'number-month';

/** A price from a date on. Append-only. */
const PriceSchema = defineEntity({
  name: 'Price',
  tableName: 'prices',
  indexes: [{ properties: ['kind', 'country'] }],
  properties: {
    id: p.uuid().primary(),
    /** Null: for every account. */
    accountId: p.uuid().nullable(),
    kind: p.text().$type<PriceKind>(),
    /** `*`: countries without their own. */
    country: p.text(),
    /** Segments only. */
    route: p.text().$type<'premium' | 'lowcost'>().nullable(),
    /** Millionths of the currency. */
    micros: p.bigint('number'),
    validFrom: p.datetime(3),
    createdAt: p.datetime(3),
  },
});
export class Price extends PriceSchema.class {}
PriceSchema.setClass(Price);

/**
 * A number's monthly price as a subquery of at most one row (`micros`): the account's before the general one, the country's
 * before `*`, the latest valid. Arguments are SQL.
 */
export const monthPrice = ({ account, country, at }: { account: string; country: string; at: string }): string =>
  `select p.micros from prices p where p.kind = 'number-month' and p.country in (${country}, '*')
     and (p.account_id is null or p.account_id = ${account}) and p.valid_from <= ${at}
   order by p.account_id nulls last, p.country = '*', p.valid_from desc, p.id desc limit 1`;

/** A route's segment prices for an account at a time. */
export async function segmentPrices(sql: Sql, account: string, route: 'premium' | 'lowcost', at: Date): Promise<SegmentPrices> {
  const found = await rows<{ country: string; own: boolean; micros: string }>(
    sql,
    `select distinct on (country, own) country, own, micros from (
       select country, account_id is not null as own, micros, valid_from, id from prices
       where kind = 'segment' and route = $2 and (account_id is null or account_id = $1) and valid_from <= $3) p
     order by country, own, valid_from desc, id desc`,
    [account, route, at],
  );
  const of = (own: boolean) =>
    Object.fromEntries(found.filter((row) => row.own === own).map(({ country, micros }) => [country, Number(micros)]));
  return { own: of(true), general: of(false) };
}
