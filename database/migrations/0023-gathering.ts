import { Migration } from '@mikro-orm/migrations';

/** Addresses that want a flood gathered, which mail a reply went in, and what such an address got lately. */
export class Gathering extends Migration {
  override up(): void {
    this.addSql(`alter table "reply_emails" add column "gather" boolean not null default false`);
    this.addSql(`alter table "deliveries" add column "mail_id" uuid null`);
    this.addSql(`create index "deliveries_mail_index" on "deliveries" ("mail_id") where "mail_id" is not null`);
    this.addSql(
      `create table "gathered_mails" ("id" uuid not null, "email_id" uuid not null, "conversation_id" uuid not null, "at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(`create index "gathered_mails_email_id_at_index" on "gathered_mails" ("email_id", "at")`);
  }
}
