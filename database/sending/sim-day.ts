import { defineEntity, p } from '@mikro-orm/core';

/** How many SMS the SIM in a gateway's slot sent on a day, its own calendar's. */
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
