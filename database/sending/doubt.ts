import { defineEntity, p } from '@mikro-orm/core';

const DoubtSchema = defineEntity({
  name: 'Doubt',
  tableName: 'doubts',
  // Few rows, kept beside the messages: an index over a message's state would touch every one of its changes.
  indexes: [{ properties: ['carrierId', 'toNumber'] }],
  properties: {
    /** A message that is `in_doubt`. */
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
