import { defineEntity, p } from '@mikro-orm/core';

/** rate-limiter-flexible's table. Unlogged: no row outlives its minute. */
const RequestCountSchema = defineEntity({
  name: 'RequestCount',
  tableName: 'request_counts',
  properties: {
    key: p.string().primary(),
    points: p.integer().default(0),
    expire: p.bigint('number').nullable(),
  },
});
export class RequestCount extends RequestCountSchema.class {}
RequestCountSchema.setClass(RequestCount);
