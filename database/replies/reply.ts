import { defineEntity, p } from '@mikro-orm/core';
import type { Attribution } from '../../domain/replies/attribution.ts';
import type { KeywordKind } from '../../domain/replies/keywords.ts';
import { sqlIndex, sqlUnique } from '../sql-index.ts';

const ReplySchema = defineEntity({
  name: 'Reply',
  tableName: 'replies',
  indexes: [
    sqlUnique('replies_carrier_id_external_id_unique', '"replies" ("carrier_id", "external_id") where "external_id" is not null'),
    sqlIndex(
      'replies_unattributed_index',
      '"replies" ("id") where "account_id" is null and ("filed_at" is not null or "filing_failed" is not null)',
    ),
    sqlIndex('replies_unfiled_index', '"replies" ("ingested_at") where "filed_at" is null'),
    sqlIndex('replies_account_id_id_index', '"replies" ("account_id", "id") where "account_id" is not null'),
    sqlIndex(
      'replies_conversation_id_sequence_index',
      '"replies" ("conversation_id", "sequence") where "conversation_id" is not null',
    ),
    sqlIndex('replies_account_id_received_at_index', '"replies" ("account_id", "received_at") where "account_id" is not null'),
    sqlIndex('replies_keyword_index', '"replies" ("account_id", "keyword", "id") where "keyword" is not null'),
    sqlIndex('replies_campaign_index', '"replies" ("campaign_id") where "campaign_id" is not null'),
    sqlIndex('replies_content_key_index', '"replies" ("carrier_id", "content_key") where "content_key" is not null'),
    sqlIndex(
      'replies_waiting_index',
      '"replies" ("carrier_id", least("received_at", "ingested_at")) where "released_at" is null',
    ),
    sqlIndex(
      'replies_words_index',
      '"replies" using gin ("account_id", left("id"::text, 4), reply_words("text")) where "account_id" is not null and not "hidden"',
    ),
    sqlIndex('replies_session_index', '"replies" ("session_id", "id") where "session_id" is not null'),
  ],
  properties: {
    id: p.uuid().primary(),
    carrierId: p.uuid(),
    /** The carrier session, for carriers without ids. */
    sessionId: p.uuid().nullable(),
    externalId: p.text().nullable(),
    /** Hash of slot, sender, text and device time, for replies also in a gateway's inbox. */
    contentKey: p.text().nullable(),
    /** As the carrier wrote them. */
    fromRaw: p.text(),
    toRaw: p.text(),
    /** E.164 if readable. */
    fromNumber: p.text(),
    replyCode: p.text(),
    text: p.text(),
    /** Kept only where `text` can't hold the bytes. */
    body: p.blob().nullable(),
    /** At the device or carrier. */
    receivedAt: p.datetime(3),
    precision: p.text(),
    ingestedAt: p.datetime(3),
    /** When filing may begin: at once, or by the nightly sync. */
    releasedAt: p.datetime(3).nullable(),
    /** When Temporal accepted its filing run, and that run's workflow id. */
    handedAt: p.datetime(3).nullable(),
    runId: p.text().nullable(),
    filedAt: p.datetime(3).nullable(),
    /** Whether it was checked for a STOP, and obeyed, before its release. */
    stopChecked: p.text().fieldName('peeked').$type<'obeyed' | 'looked-at'>().nullable(),
    filingFailed: p.text().nullable(),
    accountId: p.uuid().nullable(),
    campaignId: p.uuid().nullable(),
    messageId: p.uuid().nullable(),
    conversationId: p.uuid().nullable(),
    sequence: p.integer().nullable(),
    attribution: p.json<Attribution>().nullable(),
    /** STOP and others, or a likely STOP awaiting a person. */
    keyword: p.text().$type<Exclude<KeywordKind, 'none'>>().nullable(),
    optOut: p.boolean().default(false),
    partial: p.boolean().default(false),
    /** Answers a message sent while two-way SMS was off: not shown, not delivered. */
    hidden: p.boolean().default(false),
    /** Formerly hidden; an operator released it for filing. */
    unhide: p.boolean().default(false),
  },
});
export class Reply extends ReplySchema.class {}
ReplySchema.setClass(Reply);

const InboundPartSchema = defineEntity({
  name: 'InboundPart',
  tableName: 'inbound_parts',
  uniques: [{ name: 'inbound_parts_key', properties: ['carrierId', 'fromRaw', 'toRaw', 'reference', 'total', 'index'] }],
  indexes: [sqlIndex('inbound_parts_waiting_index', '"inbound_parts" ("ingested_at") where "reply_id" is null')],
  properties: {
    id: p.uuid().primary(),
    carrierId: p.uuid(),
    fromRaw: p.text(),
    toRaw: p.text(),
    reference: p.integer(),
    total: p.smallint(),
    index: p.smallint(),
    body: p.blob(),
    encoding: p.text(),
    receivedAt: p.datetime(3),
    precision: p.text(),
    ingestedAt: p.datetime(3),
    /** The reply it is part of; kept a day for copies and late parts. */
    replyId: p.uuid().nullable(),
  },
});
export class InboundPart extends InboundPartSchema.class {}
InboundPartSchema.setClass(InboundPart);
