import { defineEntity, p } from '@mikro-orm/core';

const RestoreSchema = defineEntity({
  name: 'Restore',
  tableName: 'restores',
  properties: {
    id: p.uuid().primary(),
    /** The moment of the backup: the database knows nothing later. */
    backupAt: p.datetime(3),
    notedAt: p.datetime(3),
    /** Messages that may have gone out since, and are in doubt now. */
    inDoubt: p.integer(),
    /** Null: nothing is sent, by no carrier. */
    releasedAt: p.datetime(3).nullable(),
    /** Who said that sending may go on. */
    releasedBy: p.text().nullable(),
  },
});
export class Restore extends RestoreSchema.class {}
RestoreSchema.setClass(Restore);
