import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import { sqlIndex } from '../sql-index.ts';

export type ConversationState = 'open' | 'closed' | 'snoozed' | 'blocked';
/** `by`: e-mail address or key name. */
export type Closing = { at: string; by: string };

const ConversationSchema = defineEntity({
  name: 'Conversation',
  tableName: 'conversations',
  uniques: [{ properties: ['account', 'phone'] }],
  indexes: [
    { properties: ['account', 'lastReplyAt'] },
    sqlIndex('conversations_unread_index', '"conversations" ("account_id") where "unread" > 0'),
  ],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    phone: p.text(),
    /** Code and carrier last written to: answers use them, which keeps one thread on the phone. */
    replyCode: p.text(),
    carrierId: p.uuid(),
    /** Last sequence drawn, under this row's lock. */
    sequence: p.integer().default(0),
    lastReplyAt: p.datetime(3),
    unread: p.integer().default(0),
    state: p.text().$type<ConversationState>().default('open'),
    snoozedUntil: p.datetime(3).nullable(),
    /** E-mail address of a user. */
    assignee: p.text().nullable(),
    tags: p.array().default([]),
    flagged: p.boolean().default(false),
    /** Answers given: writers state how many they saw, so that nobody answers twice. */
    answers: p.integer().default(0),
    /** Who is writing an answer, and until when that counts. */
    answeringBy: p.text().nullable(),
    answeringUntil: p.datetime(3).nullable(),
    /** Last closings, oldest first. */
    closings: p.json().$type<Closing[]>().default([]),
    createdAt: p.datetime(3),
  },
});
export class Conversation extends ConversationSchema.class {}
ConversationSchema.setClass(Conversation);

/** Internal notes, never sent. */
const ConversationNoteSchema = defineEntity({
  name: 'ConversationNote',
  tableName: 'conversation_notes',
  indexes: [
    { properties: ['conversationId', 'id'] },
    sqlIndex('conversation_notes_mentions_index', `"conversation_notes" ("account_id") where "mentions" <> '{}'`),
  ],
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    conversationId: p.uuid(),
    author: p.text(),
    text: p.text(),
    mentions: p.array().default([]),
    createdAt: p.datetime(3),
  },
});
export class ConversationNote extends ConversationNoteSchema.class {}
ConversationNoteSchema.setClass(ConversationNote);
