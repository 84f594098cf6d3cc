import { defineEntity, p } from '@mikro-orm/core';

const AwaitedResultSchema = defineEntity({
  name: 'AwaitedResult',
  tableName: 'awaited_results',
  indexes: [{ properties: ['carrierId', 'nextAt'] }],
  properties: {
    carrierId: p.uuid().primary(),
    /** The carrier's id of a message whose result is polled. */
    reference: p.text().primary(),
    submittedAt: p.datetime(3),
    nextAt: p.datetime(3),
  },
});
export class AwaitedResult extends AwaitedResultSchema.class {}
AwaitedResultSchema.setClass(AwaitedResult);
