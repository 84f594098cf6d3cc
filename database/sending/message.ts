import { defineEntity, p } from '@mikro-orm/core';
import type { Automatic } from '../../domain/replies/automatic-answers.ts';
import type { MessageState } from '../../domain/sending/message.ts';
import { sqlIndex } from '../sql-index.ts';

const MessageSchema = defineEntity({
  name: 'Message',
  tableName: 'messages',
  // No index names a column that changes while a message is on its way, so that every change of state stays on its page (HOT).
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
    /** The recipient's place in the list, from 1. */
    row: p.integer().nullable(),
    conversationId: p.uuid().nullable(),
    carrierId: p.uuid(),
    toNumber: p.text(),
    /** The sender on the wire. */
    sender: p.text(),
    /** The number that a reply is sent to: short code, virtual number or SIM. */
    replyCode: p.text().nullable(),
    port: p.smallint().nullable(),
    /** Whether another campaign awaited replies from this phone by the same code, and no other code was free. */
    ambiguous: p.boolean().default(false),
    text: p.text(),
    segments: p.smallint(),
    /** Its price, in millionths; null where none was set. */
    costMicros: p.integer().nullable(),
    /** The customer's own, echoed in callbacks. */
    reference: p.text().nullable(),
    /** Whether the account had two-way SMS when this was accepted: replies to it are shown and delivered, or only stored. */
    twoWay: p.boolean(),
    /** The reason of an automatic message: a STOP's confirmation, or an answer to CONTACT, to a keyword, or out of hours. */
    automatic: p.text().$type<Automatic>().nullable(),
    simulation: p.boolean(),
    state: p.text().$type<MessageState>(),
    notBefore: p.datetime(3).nullable(),
    /** Of a single message: when it was asked to go. It never changes, so that an index of it costs no change of state its page. */
    sendAt: p.datetime(3).nullable(),
    /** From when on it is not sent any more. */
    expiresAt: p.datetime(3).nullable(),
    /** The fencing token under which it was marked `submitting`. */
    epoch: p.bigint('number').nullable(),
    submittedAt: p.datetime(3).nullable(),
    settledAt: p.datetime(3).nullable(),
    /** How often it was sent again after a doubt. */
    resends: p.smallint().default(0),
    /** How often its carrier did not take it for a trouble of its own. */
    deferrals: p.smallint().default(0),
    /** Why it is skipped, failed, in doubt or undelivered. */
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
    /** The carrier's id of one segment. Carriers reuse them, so a message's id makes the key. */
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
    /** Of the message reported on, where the carrier says so. */
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
