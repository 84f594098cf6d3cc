import { defineEntity, p } from '@mikro-orm/core';
import type { ReplyColumn, ReplyViewFilters } from '../../domain/replies/reply-table.ts';
import { Account } from '../account.ts';
import { sqlUnique } from '../sql-index.ts';

/** Saved filters and columns of received SMS. */
const ReplyViewSchema = defineEntity({
  name: 'ReplyView',
  tableName: 'reply_views',
  indexes: [sqlUnique('reply_views_name_index', `"reply_views" ("account_id", "owner", coalesce("name", ''))`)],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    /** `user <id>`, or a key's id. */
    owner: p.text(),
    /** Null: the table as last left. */
    name: p.text().nullable(),
    filters: p.json<ReplyViewFilters>(),
    columns: p.array<ReplyColumn>(),
    createdAt: p.datetime(3),
  },
});
export class ReplyView extends ReplyViewSchema.class {}
ReplyViewSchema.setClass(ReplyView);
