import { defineEntity, p } from '@mikro-orm/core';

/** A mail that went to an address which wants a flood gathered: what it got in the last minute decides what waits. Kept for an hour. */
const DigestMailSchema = defineEntity({
  name: 'DigestMail',
  tableName: 'gathered_mails',
  indexes: [{ properties: ['emailId', 'at'] }],
  properties: {
    /** Its first delivery's. */
    id: p.uuid().primary(),
    emailId: p.uuid(),
    conversationId: p.uuid(),
    at: p.datetime(3),
  },
});
export class DigestMail extends DigestMailSchema.class {}
DigestMailSchema.setClass(DigestMail);
