import { defineEntity, p } from '@mikro-orm/core';

/** The table in which rate-limiter-flexible counts requests, in its own form. A crash may empty it: no row outlives its minute. */
const RequestCountSchema = defineEntity({
  name: 'RequestCount',
  tableName: 'request_counts',
  properties: {
    key: p.string().primary(),
    points: p.integer().default(0),
    /** Milliseconds since 1970. */
    expire: p.bigint('number').nullable(),
  },
});
export class RequestCount extends RequestCountSchema.class {}
RequestCountSchema.setClass(RequestCount);
