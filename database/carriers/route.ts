import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import { Carrier } from './carrier.ts';
import { sqlUnique } from '../sql-index.ts';

/** A line of the routing table: `domain/carriers/routing.ts`. */
const RouteSchema = defineEntity({
  name: 'Route',
  tableName: 'routes',
  indexes: [sqlUnique('routes_key_index', `"routes" ("carrier_id", coalesce("country", ''), coalesce("account_id"::text, ''))`)],
  properties: {
    id: p.uuid().primary(),
    route: p.text().$type<'premium' | 'lowcost'>(),
    country: p.text().nullable(),
    account: () => p.manyToOne(Account).mapToPk().nullable().deleteRule('cascade'),
    carrier: () => p.manyToOne(Carrier).mapToPk(),
    priority: p.smallint(),
    share: p.smallint(),
    createdAt: p.datetime(3),
  },
});
export class Route extends RouteSchema.class {}
RouteSchema.setClass(Route);
