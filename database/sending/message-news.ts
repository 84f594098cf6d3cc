import { defineEntity, p } from '@mikro-orm/core';

/**
 * A message event due: unsent, accepted, or without news. Written with the state change, only for accounts with a subscribed
 * endpoint.
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
