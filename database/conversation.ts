import { defineEntity, p } from '@mikro-orm/core';
import { Account } from './account.ts';

const ConversationSchema = defineEntity({
  name: 'Conversation',
  tableName: 'conversations',
  uniques: [{ properties: ['account', 'phone'] }],
  indexes: [{ properties: ['account', 'lastReplyAt'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    phone: p.text(),
    /** The code and carrier last written to: answers leave by them, so that the thread holds on the phone too. */
    replyCode: p.text(),
    carrierId: p.uuid(),
    /** The last sequence number drawn, under this row's lock. */
    sequence: p.integer().default(0),
    lastReplyAt: p.datetime(3),
    createdAt: p.datetime(3),
  },
});
export class Conversation extends ConversationSchema.class {}
ConversationSchema.setClass(Conversation);
