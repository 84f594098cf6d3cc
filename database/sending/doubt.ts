import { defineEntity, p } from '@mikro-orm/core';

const DoubtSchema = defineEntity({
  name: 'Doubt',
  tableName: 'doubts',
  // A small table: an index on messages' state would cost every state change.
  indexes: [{ properties: ['carrierId', 'toNumber'] }],
  properties: {
    messageId: p.uuid().primary(),
    carrierId: p.uuid(),
    toNumber: p.text(),
    sender: p.text(),
    submittedAt: p.datetime(3),
    since: p.datetime(3),
  },
});
export class Doubt extends DoubtSchema.class {}
DoubtSchema.setClass(Doubt);
