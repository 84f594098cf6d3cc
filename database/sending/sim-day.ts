import { defineEntity, p } from '@mikro-orm/core';

/** SMS per SIM and local day. */
const SimDaySchema = defineEntity({
  name: 'SimDay',
  tableName: 'sim_days',
  properties: {
    carrierId: p.uuid().primary(),
    port: p.smallint().primary(),
    day: p.date().primary(),
    sent: p.integer(),
  },
});
export class SimDay extends SimDaySchema.class {}
SimDaySchema.setClass(SimDay);
