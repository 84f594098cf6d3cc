import { defineEntity, p } from '@mikro-orm/core';
import type { Automatic } from '../../domain/replies/automatic-answers.ts';
import type { MessageState } from '../../domain/sending/message.ts';
import { sqlIndex } from '../sql-index.ts';

const MessageSchema = defineEntity({
  name: 'Message',
  tableName: 'messages',
  // No index on columns that change while sending: state changes stay HOT updates.
  uniques: [{ properties: ['campaignId', 'row'] }],
  indexes: [
    { properties: ['toNumber', 'replyCode'] },
    sqlIndex('messages_single_index', '"messages" ("id") where "campaign_id" is null'),
    sqlIndex('messages_send_at_index', '"messages" ("send_at") where "send_at" is not null'),
  ],
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    campaignId: p.uuid().nullable(),
    /** Place in the list, from 1. */
    row: p.integer().nullable(),
    conversationId: p.uuid().nullable(),
    carrierId: p.uuid(),
    toNumber: p.text(),
    /** Sender on the wire. */
    sender: p.text(),
    /** Where replies go: short code, virtual number or SIM. */
    replyCode: p.text().nullable(),
    port: p.smallint().nullable(),
    /** Another campaign awaited replies from this phone by the same code. */
    ambiguous: p.boolean().default(false),
    text: p.text(),
    segments: p.smallint(),
    /** Price in millionths; null without one. */
    costMicros: p.integer().nullable(),
    /** The customer's, echoed in callbacks. */
    reference: p.text().nullable(),
    /** Two-way SMS at acceptance: replies are shown and delivered, or only stored. */
    twoWay: p.boolean(),
    /** Why it is automatic: STOP confirmation, CONTACT, keyword, or out of hours. */
    automatic: p.text().$type<Automatic>().nullable(),
    simulation: p.boolean(),
    state: p.text().$type<MessageState>(),
    notBefore: p.datetime(3).nullable(),
    /** Requested time of a single message. Never changes, so its index costs no update. */
    sendAt: p.datetime(3).nullable(),
    /** Not sent after this. */
    expiresAt: p.datetime(3).nullable(),
    /** Fencing token of its claim. */
    epoch: p.bigint('number').nullable(),
    submittedAt: p.datetime(3).nullable(),
    settledAt: p.datetime(3).nullable(),
    /** Times sent again after a doubt. */
    resends: p.smallint().default(0),
    deferrals: p.smallint().default(0),
    /** Why skipped, failed, in doubt or undelivered. */
    reason: p.text().nullable(),
  },
});
export class Message extends MessageSchema.class {}
MessageSchema.setClass(Message);

const MessageReferenceSchema = defineEntity({
  name: 'MessageReference',
  tableName: 'message_references',
  properties: {
    carrierId: p.uuid().primary(),
    /** The carrier's id of one segment. Carriers reuse them, so the message's id is in the key. */
    reference: p.text().primary(),
    messageId: p.uuid().primary(),
  },
});
export class MessageReference extends MessageReferenceSchema.class {}
MessageReferenceSchema.setClass(MessageReference);

const OrphanReceiptSchema = defineEntity({
  name: 'OrphanReceipt',
  tableName: 'orphan_receipts',
  indexes: [{ properties: ['carrierId', 'reference'] }],
  properties: {
    id: p.uuid().primary(),
    carrierId: p.uuid(),
    reference: p.text(),
    /** Of the message reported on, if given. */
    fromNumber: p.text().nullable(),
    toNumber: p.text().nullable(),
    status: p.text(),
    error: p.text().nullable(),
    at: p.datetime(3),
    ingestedAt: p.datetime(3),
  },
});
export class OrphanReceipt extends OrphanReceiptSchema.class {}
OrphanReceiptSchema.setClass(OrphanReceipt);
