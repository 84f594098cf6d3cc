import { defineEntity, p } from '@mikro-orm/core';

/** Mails already turned into SMS, kept 60 days against duplicates. */
const InboundMailSchema = defineEntity({
  name: 'InboundMail',
  tableName: 'inbound_mails',
  indexes: [{ properties: ['receivedAt'] }],
  properties: {
    conversationId: p.uuid().primary(),
    /** SHA-256 of the Message-ID, or of the whole mail. */
    messageId: p.text().primary(),
    accountId: p.uuid(),
    smsId: p.uuid(),
    receivedAt: p.datetime(3),
  },
});
export class InboundMail extends InboundMailSchema.class {}
InboundMailSchema.setClass(InboundMail);
