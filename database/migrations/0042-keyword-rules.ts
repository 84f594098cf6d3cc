import { Migration } from '@mikro-orm/migrations';

/** A rule does several things, is found by its word, and is the only one for its place. */
export class KeywordRules extends Migration {
  override up(): void {
    this.addSql(`alter table "keyword_rules" rename "action" to "actions"`);
    this.addSql(
      `create unique index "keyword_rules_place" on "keyword_rules" ("account_id", "word", "number", "campaign_id") nulls not distinct`,
    );
  }
}
