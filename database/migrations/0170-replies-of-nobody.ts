import { Migration } from '@mikro-orm/migrations';

/** The operator's page counts them every few seconds. Other replies stand in this index at no time. */
export class RepliesOfNobody extends Migration {
  override up(): void {
    this.addSql(
      `create index "replies_unattributed_index" on "replies" ("id") where "account_id" is null and ("filed_at" is not null or "filing_failed" is not null)`,
    );
  }
}
