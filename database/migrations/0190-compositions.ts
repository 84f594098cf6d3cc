import { Migration } from '@mikro-orm/migrations';

export class Compositions extends Migration {
  override up(): void {
    this.addSql(
      `create table "compositions" ("id" uuid not null, "account_id" uuid not null, "campaign_id" uuid null, "name" text not null, "form" jsonb not null, "recipients" text null, "updated_at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(`alter table "compositions" add constraint "compositions_campaign_id_unique" unique ("campaign_id")`);
    this.addSql(`create index "compositions_account_id_id_index" on "compositions" ("account_id", "id")`);
    this.addSql(
      `alter table "compositions" add constraint "compositions_account_id_foreign" foreign key ("account_id") references "accounts" ("id")`,
    );
  }
}
