import { defineEntity, p } from '@mikro-orm/core';

/** How far retention has come per account; events by position. */
const RetentionMarkSchema = defineEntity({
  name: 'RetentionMark',
  tableName: 'retention_marks',
  properties: {
    accountId: p.uuid().primary(),
    textsTo: p.datetime(3).nullable(),
    contactsTo: p.datetime(3).nullable(),
    rowsTo: p.datetime(3).nullable(),
    eventsTo: p.bigint('number').default(0),
  },
});
export class RetentionMark extends RetentionMarkSchema.class {}
RetentionMarkSchema.setClass(RetentionMark);
