import { Migration } from '@mikro-orm/migrations';

export class MentionsAndClosings extends Migration {
  override up(): void {
    this.addSql(`alter table "conversation_notes" add column "mentions" text[] not null default '{}'`);
    this.addSql(`create index "conversation_notes_mentions_index" on "conversation_notes" ("account_id") where "mentions" <> '{}'`);
    this.addSql(`alter table "conversations" add column "closings" jsonb not null default '[]'`);
  }
}
