import { defineEntity, p } from '@mikro-orm/core';

/** A mail that went out as an SMS: kept for 60 days, so that its copy does not go out again. */
const InboundMailSchema = defineEntity({
  name: 'InboundMail',
  tableName: 'inbound_mails',
  indexes: [{ properties: ['receivedAt'] }],
  properties: {
    conversationId: p.uuid().primary(),
    /** SHA-256 of its Message-ID, or of all of it where it has none. */
    messageId: p.text().primary(),
    accountId: p.uuid(),
    smsId: p.uuid(),
    receivedAt: p.datetime(3),
  },
});
export class InboundMail extends InboundMailSchema.class {}
InboundMailSchema.setClass(InboundMail);
