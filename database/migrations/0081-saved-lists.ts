import { Migration } from '@mikro-orm/migrations';

export class SavedLists extends Migration {
  override up(): void {
    this.addSql(
      `create table "saved_lists" ("id" uuid not null, "account_id" uuid not null, "name" text not null, "columns" text[] not null default '{}', "listed" int not null default 0, "created_at" timestamptz(3) not null, "filled_at" timestamptz(3) null, primary key ("id"))`,
    );
    this.addSql(
      `alter table "saved_lists" add constraint "saved_lists_account_id_name_unique" unique ("account_id", "name")`,
    );
    this.addSql(
      `alter table "saved_lists" add constraint "saved_lists_account_id_foreign" foreign key ("account_id") references "accounts" ("id")`,
    );
  }
}
