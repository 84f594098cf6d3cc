import { Migration } from '@mikro-orm/migrations';

export class Brands extends Migration {
  override up(): void {
    this.addSql(
      `create table "brands" ("id" uuid not null, "account_id" uuid not null, "sender" text not null, "folded" text not null, "state" text not null default 'requested', "reason" text null, "created_at" timestamptz(3) not null, "decided_at" timestamptz(3) null, primary key ("id"))`,
    );
    this.addSql(`alter table "brands" add constraint "brands_account_id_folded_unique" unique ("account_id", "folded")`);
    this.addSql(
      `alter table "brands" add constraint "brands_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade`,
    );
    this.addSql(
      `alter table "account_policies" add column "brand_registration" text not null default 'warn', add column "generic_senders" text not null default 'warn', add column "sender_overrides" jsonb not null default '{}'`,
    );
  }
}
