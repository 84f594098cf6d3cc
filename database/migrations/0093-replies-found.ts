import { Migration } from '@mikro-orm/migrations';

export class RepliesFound extends Migration {
  override up(): void {
    this.addSql(`create index "replies_account_id_received_at_index" on "replies" ("account_id", "received_at")`);
    this.addSql(
      `create index "replies_keyword_index" on "replies" ("account_id", "keyword", "id") where "keyword" is not null`,
    );
  }
}
