import { Migration } from '@mikro-orm/migrations';

/** Mails other than replies. */
export class Mail extends Migration {
  override up(): void {
    this.addSql(
      `create table "notices" ("id" uuid not null, "account_id" uuid null, "address" text not null, "locale" text not null, "time_zone" text not null, "kind" text not null, "data" jsonb not null, "state" text not null, "attempts" smallint not null default 0, "next_at" timestamptz(3) null, "claim" uuid null, "last_class" text null, "last_response" text null, "created_at" timestamptz(3) not null, "finished_at" timestamptz(3) null, primary key ("id"))`,
    );
    this.addSql(`create index "notices_due_index" on "notices" ("next_at") where "finished_at" is null`);
  }
}
