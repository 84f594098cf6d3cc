import { Migration } from '@mikro-orm/migrations';

/** Addresses that are no longer written to, and whether the relay takes our mails. */
export class MailSuppressions extends Migration {
  override up(): void {
    this.addSql(
      `create table "mail_suppressions" ("account_id" uuid not null, "address" text not null, "reason" text not null, "detail" text null, "since" timestamptz(3) not null, primary key ("account_id", "address"))`,
    );
    this.addSql(`create index "mail_suppressions_since_address_index" on "mail_suppressions" ("since", "address")`);
    this.addSql(
      `create table "mail_channels" ("name" text not null, "paused_at" timestamptz(3) null, "response" text null, "check_at" timestamptz(3) null, primary key ("name"))`,
    );
  }
}
