import { Migration } from '@mikro-orm/migrations';

/** What attribution, keywords, opt-outs, contacts, quiet hours and retention need. */
export class RepliesInFull extends Migration {
  override up(): void {
    this.addSql(`alter table "campaigns" add "keyword" text null`);
    this.addSql(
      `alter table "numbers" add column if not exists "rented_at" timestamptz(3) null, add column if not exists "released_at" timestamptz(3) null, add column if not exists "last_account_id" uuid null`,
    );
    this.addSql(
      `alter table "carriers" add "clock_tolerance_ms" int not null default 2000, add "stop_confirmations" boolean not null default false`,
    );
    this.addSql(`alter table "replies" add "keyword" text null`);
    this.addSql(`update "replies" set "keyword" = 'stop' where "opt_out"`);
    this.addSql(`alter table "opt_outs" add "source" text not null default 'reply', add "reason" text null, add "added_by" text null`);
    this.addSql(`alter table "messages" add "automatic" text null`);
    this.addSql(
      `alter table "conversations" add "unread" int not null default 0, add "state" text not null default 'open', add "snoozed_until" timestamptz(3) null, add "assignee" text null, add "tags" text[] not null default '{}'`,
    );
    this.addSql(
      `create table "conversation_notes" ("id" uuid not null, "account_id" uuid not null, "conversation_id" uuid not null, "author" text not null, "text" text not null, "created_at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(`create index "conversation_notes_conversation_id_id_index" on "conversation_notes" ("conversation_id", "id")`);
    this.addSql(
      `create table "contacts" ("id" uuid not null, "account_id" uuid not null, "phone" text not null, "first_name" text null, "last_name" text null, "tags" text[] not null default '{}', "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(`alter table "contacts" add constraint "contacts_account_id_phone_unique" unique ("account_id", "phone")`);
    this.addSql(`create index "contacts_account_id_id_index" on "contacts" ("account_id", "id")`);
    this.addSql(
      `create table "keyword_rules" ("id" uuid not null, "account_id" uuid not null, "word" text not null, "number" text null, "campaign_id" uuid null, "action" jsonb not null, "created_at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(`create index "keyword_rules_account_id_id_index" on "keyword_rules" ("account_id", "id")`);
    this.addSql(
      `create table "account_policies" ("account_id" uuid not null, "stop_confirmation" boolean not null default true, "stop_text" text null, "contact_text" text null, "quiet_hours" text not null default 'warn', "quiet_preset" text not null default 'standard', "lowcost_marketing" text not null default 'warn', "keep_texts_days" int null, "keep_contacts_days" int null, primary key ("account_id"))`,
    );
    this.addSql(`alter table "contacts" add constraint "contacts_account_id_foreign" foreign key ("account_id") references "accounts" ("id")`);
    this.addSql(`alter table "keyword_rules" add constraint "keyword_rules_account_id_foreign" foreign key ("account_id") references "accounts" ("id")`);
    this.addSql(
      `alter table "account_policies" add constraint "account_policies_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade`,
    );
  }
}
