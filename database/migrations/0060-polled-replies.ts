import { Migration } from '@mikro-orm/migrations';

/** What is read from a gateway is stored when it is first seen, told apart by its content, and released when it is old enough. */
export class PolledReplies extends Migration {
  override up(): void {
    this.addSql(`alter table "replies" add column "content_key" text null`);
    this.addSql(`create index "replies_content_key_index" on "replies" ("carrier_id", "content_key") where "content_key" is not null`);
    this.addSql(
      `create index "replies_waiting_index" on "replies" ("carrier_id", least("received_at", "ingested_at")) where "released_at" is null`,
    );
    this.addSql(`alter table "sync_runs" add column "clock_skew_ms" int null`);
  }
}
