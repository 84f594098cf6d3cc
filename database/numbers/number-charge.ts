import { defineEntity, p } from '@mikro-orm/core';

/** One month of a rented number, at the price of its first day. */
const NumberChargeSchema = defineEntity({
  name: 'NumberCharge',
  tableName: 'number_charges',
  indexes: [{ properties: ['accountId', 'since'] }],
  properties: {
    numberId: p.uuid().primary(),
    since: p.datetime(3).primary(),
    until: p.datetime(3),
    accountId: p.uuid(),
    /** Millionths of the currency. */
    micros: p.bigint('number'),
  },
});
export class NumberCharge extends NumberChargeSchema.class {}
NumberChargeSchema.setClass(NumberCharge);
