import { defineEntity, p } from '@mikro-orm/core';

const RestoreSchema = defineEntity({
  name: 'Restore',
  tableName: 'restores',
  properties: {
    id: p.uuid().primary(),
    /** The database knows nothing later. */
    backupAt: p.datetime(3),
    notedAt: p.datetime(3),
    inDoubt: p.integer(),
    /** Null: nothing is sent. */
    releasedAt: p.datetime(3).nullable(),
    releasedBy: p.text().nullable(),
  },
});
export class Restore extends RestoreSchema.class {}
RestoreSchema.setClass(Restore);
