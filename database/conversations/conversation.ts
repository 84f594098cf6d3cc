import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import { sqlIndex } from '../sql-index.ts';

export type ConversationState = 'open' | 'closed' | 'snoozed' | 'blocked';
/** `by`: a person's e-mail address, or a key's name. */
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
    /** The code and carrier last written to: answers leave by them, so that the thread holds on the phone too. */
    replyCode: p.text(),
    carrierId: p.uuid(),
    /** The last sequence number drawn, under this row's lock. */
    sequence: p.integer().default(0),
    lastReplyAt: p.datetime(3),
    /** Replies since somebody last looked. */
    unread: p.integer().default(0),
    state: p.text().$type<ConversationState>().default('open'),
    snoozedUntil: p.datetime(3).nullable(),
    /** Who looks after it: the e-mail address of a person of the account. */
    assignee: p.text().nullable(),
    tags: p.array().default([]),
    flagged: p.boolean().default(false),
    /** How many answers were given: whoever answers says how many they saw, so that two people do not answer one reply. */
    answers: p.integer().default(0),
    /** Who is writing an answer, and until when that is believed without another sign of it. */
    answeringBy: p.text().nullable(),
    answeringUntil: p.datetime(3).nullable(),
    /** The last times it was closed, oldest first. */
    closings: p.json().$type<Closing[]>().default([]),
    createdAt: p.datetime(3),
  },
});
export class Conversation extends ConversationSchema.class {}
ConversationSchema.setClass(Conversation);

/** Notes among the account's people: never sent. */
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
    /** E-mail addresses of people of the account whom it names. */
    mentions: p.array().default([]),
    createdAt: p.datetime(3),
  },
});
export class ConversationNote extends ConversationNoteSchema.class {}
ConversationNoteSchema.setClass(ConversationNote);
