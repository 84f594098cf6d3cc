import { defineEntity, p } from '@mikro-orm/core';

/** When something that one process does for all was last done, or until when one has it to do. */
const UpkeepSchema = defineEntity({
  name: 'Upkeep',
  tableName: 'upkeep',
  properties: {
    name: p.text().$type<'gauges' | 'ledger' | 'sweep'>().primary(),
    /** The process that has it to do, where that is one at a time. */
    holder: p.text().nullable(),
    at: p.datetime(3),
    /** Its result, where that is a number. */
    value: p.integer().nullable(),
  },
});
export class Upkeep extends UpkeepSchema.class {}
UpkeepSchema.setClass(Upkeep);
