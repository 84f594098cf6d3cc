import { Migration } from '@mikro-orm/migrations';

export class Rentals extends Migration {
  override up(): void {
    this.addSql(
      `alter table "numbers" add column "rented_until" timestamptz(3) null, add column "rent_months" int not null default 0, add column "renews" boolean not null default true, add column "told_expiring_at" timestamptz(3) null`,
    );
    this.addSql(
      `create table "number_charges" ("number_id" uuid not null, "since" timestamptz(3) not null, "until" timestamptz(3) not null, "account_id" uuid not null, "micros" bigint not null, primary key ("number_id", "since"))`,
    );
    this.addSql(`create index "number_charges_account_id_since_index" on "number_charges" ("account_id", "since")`);
    this.addSql(
      `create table "prices" ("id" uuid not null, "account_id" uuid null, "kind" text not null, "country" text not null, "route" text null, "micros" bigint not null, "valid_from" timestamptz(3) not null, "created_at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(`create index "prices_kind_country_index" on "prices" ("kind", "country")`);
  }
}
