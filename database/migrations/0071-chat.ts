import { Migration } from '@mikro-orm/migrations';

export class Chat extends Migration {
  override up(): void {
    this.addSql(
      `alter table "conversations" add "flagged" boolean not null default false, add "answers" int not null default 0, add "answering_by" text null, add "answering_until" timestamptz(3) null`,
    );
    this.addSql(`create index "conversations_unread_index" on "conversations" ("account_id") where "unread" > 0`);
    this.addSql(`alter table "account_counters" add "touched" bigint not null default '0'`);
    this.addSql(
      `create table "canned_answers" ("id" uuid not null, "account_id" uuid not null, "name" text not null, "text" text not null, "created_at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(`create index "canned_answers_account_id_id_index" on "canned_answers" ("account_id", "id")`);
    this.addSql(
      `alter table "canned_answers" add constraint "canned_answers_account_id_foreign" foreign key ("account_id") references "accounts" ("id")`,
    );
  }
}
