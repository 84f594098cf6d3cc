import { Migration } from '@mikro-orm/migrations';

/** The operator's routing table, and the carriers that a campaign's messages go by. */
export class Routes extends Migration {
  override up(): void {
    this.addSql(
      `create table "routes" ("id" uuid not null, "route" text not null, "country" text null, "account_id" uuid null, "carrier_id" uuid not null, "priority" smallint not null, "share" smallint not null, "created_at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(
      `create unique index "routes_key_index" on "routes" ("carrier_id", coalesce("country", ''), coalesce("account_id"::text, ''))`,
    );
    this.addSql(`alter table "routes" add constraint "routes_carrier_id_foreign" foreign key ("carrier_id") references "carriers" ("id")`);
    this.addSql(`alter table "routes" add constraint "routes_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade`);
    this.addSql(`alter table "campaigns" add "carrier_ids" uuid[] null`);
  }
}
