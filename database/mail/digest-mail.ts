import { defineEntity, p } from '@mikro-orm/core';

/** Mails to digest addresses, kept an hour: the last minute's decide what waits. */
const DigestMailSchema = defineEntity({
  name: 'DigestMail',
  tableName: 'gathered_mails',
  indexes: [{ properties: ['emailId', 'at'] }],
  properties: {
    /** Id of its first delivery. */
    id: p.uuid().primary(),
    emailId: p.uuid(),
    conversationId: p.uuid(),
    at: p.datetime(3),
  },
});
export class DigestMail extends DigestMailSchema.class {}
DigestMailSchema.setClass(DigestMail);
