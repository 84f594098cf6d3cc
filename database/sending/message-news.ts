import { defineEntity, p } from '@mikro-orm/core';

/**
 * A message that its account is to be told of: at once what did not go, or what its carrier took; when nothing was heard of it, that
 * too. Written with the change of state, and only where the account has an endpoint that hears of its messages.
 */
const MessageNewsSchema = defineEntity({
  name: 'MessageNews',
  tableName: 'message_news',
  indexes: [{ properties: ['dueAt'] }],
  properties: {
    messageId: p.uuid().primary(),
    dueAt: p.datetime(3),
  },
});
export class MessageNews extends MessageNewsSchema.class {}
MessageNewsSchema.setClass(MessageNews);
