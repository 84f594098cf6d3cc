import { defineEntity, p } from '@mikro-orm/core';
import type { InboxFilters } from '../../domain/conversations/inbox-views.ts';
import { Account } from '../account.ts';

/** Inbox filters saved by a user or key. */
const SavedInboxViewSchema = defineEntity({
  name: 'SavedInboxView',
  tableName: 'inbox_views',
  uniques: [{ properties: ['account', 'owner', 'name'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    /** `user <id>`, or a key's id. */
    owner: p.text(),
    name: p.text(),
    filters: p.json<InboxFilters>(),
    createdAt: p.datetime(3),
  },
});
export class SavedInboxView extends SavedInboxViewSchema.class {}
SavedInboxViewSchema.setClass(SavedInboxView);
