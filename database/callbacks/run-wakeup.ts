import { defineEntity, p } from '@mikro-orm/core';

/** Whether a long-lived run is wanted: it is signalled only when this turns true, for a run takes 10,000 signals at most. */
const RunWakeupSchema = defineEntity({
  name: 'RunWakeup',
  tableName: 'wanted_runs',
  properties: {
    /** The run's workflow id. */
    name: p.text().primary(),
    wanted: p.boolean(),
    changedAt: p.datetime(3),
  },
});
export class RunWakeup extends RunWakeupSchema.class {}
RunWakeupSchema.setClass(RunWakeup);
