import { defineEntity, p } from '@mikro-orm/core';

/** Whether a long-lived run must look again. Signalled only when `wanted` turns true: a run takes at most 10,000 signals. */
const RunWakeupSchema = defineEntity({
  name: 'RunWakeup',
  tableName: 'wanted_runs',
  properties: {
    /** Workflow id. */
    name: p.text().primary(),
    wanted: p.boolean(),
    changedAt: p.datetime(3),
  },
});
export class RunWakeup extends RunWakeupSchema.class {}
RunWakeupSchema.setClass(RunWakeup);
