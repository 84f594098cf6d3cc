import { defineEntity, p } from '@mikro-orm/core';

const EventSchema = defineEntity({
  name: 'Event',
  tableName: 'events',
  uniques: [{ properties: ['accountId', 'position'] }],
  indexes: [{ properties: ['replyId'] }],
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    /** Gap-free per account, in commit order. */
    position: p.bigint('number'),
    type: p.text(),
    replyId: p.uuid().nullable(),
    /** The request that created its campaign. */
    httpRequestId: p.text().nullable(),
    /** Frozen: the same bytes on every attempt. */
    body: p.text(),
    /** Deliveries owed when frozen. */
    owed: p.smallint().default(0),
    createdAt: p.datetime(3),
  },
});
export class Event extends EventSchema.class {}
EventSchema.setClass(Event);
