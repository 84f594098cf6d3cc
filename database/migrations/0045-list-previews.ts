import { Migration } from '@mikro-orm/migrations';

/** Previews of whole lists, with what their pages come to; while one is under way, which numbers it has seen. */
export class ListPreviews extends Migration {
  override up(): void {
    this.addSql(
      `create table "list_previews" ("id" uuid not null, "account_id" uuid not null, "campaign_id" uuid not null, "import_id" uuid not null, "state" text not null, "listed" int not null, "through" int not null default 0, "tally" jsonb null, "created_at" timestamptz(3) not null, "ended_at" timestamptz(3) null, "handed_at" timestamptz(3) null, primary key ("id"))`,
    );
    this.addSql(
      `create unique index "list_previews_running_unique" on "list_previews" ("campaign_id") where "state" = 'running'`,
    );
    this.addSql(`create index "list_previews_campaign_id_index" on "list_previews" ("campaign_id")`);
    this.addSql(
      `create table "list_preview_phones" ("preview_id" uuid not null, "hash" text not null, primary key ("preview_id", "hash"))`,
    );
  }
}
