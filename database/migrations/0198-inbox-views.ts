import { Migration } from '@mikro-orm/migrations';

/** Views of the inbox that people saved. */
export class InboxViews extends Migration {
  override up(): void {
    this.addSql(
      `create table "inbox_views" ("id" uuid not null, "account_id" uuid not null, "owner" text not null, "name" text not null, "filters" jsonb not null, "created_at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(
      `alter table "inbox_views" add constraint "inbox_views_account_id_owner_name_unique" unique ("account_id", "owner", "name")`,
    );
    this.addSql(
      `alter table "inbox_views" add constraint "inbox_views_account_id_foreign" foreign key ("account_id") references "accounts" ("id")`,
    );
  }
}
