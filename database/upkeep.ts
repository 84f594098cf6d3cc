import { defineEntity, p } from '@mikro-orm/core';

/** Last run of an installation-wide job, or its current holder's term. */
const UpkeepSchema = defineEntity({
  name: 'Upkeep',
  tableName: 'upkeep',
  properties: {
    name: p.text().$type<'gauges' | 'ledger' | 'sweep'>().primary(),
    /** The process in charge, if exclusive. */
    holder: p.text().nullable(),
    at: p.datetime(3),
    value: p.integer().nullable(),
  },
});
export class Upkeep extends UpkeepSchema.class {}
UpkeepSchema.setClass(Upkeep);
