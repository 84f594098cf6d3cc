import { Migration } from '@mikro-orm/migrations';

export class Lists extends Migration {
  override up(): void {
    this.addSql(
      `create table "list_imports" ("id" uuid not null, "account_id" uuid not null, "campaign_id" uuid not null, "state" text not null, "columns" text[] not null, "listed" int not null default 0, "through" int not null default 0, "accepted" int not null default 0, "invalid" int not null default 0, "duplicates" int not null default 0, "segments" int not null default 0, "error" jsonb null, "created_at" timestamptz(3) not null, "ended_at" timestamptz(3) null, "handed_at" timestamptz(3) null, primary key ("id"))`,
    );
    this.addSql(`create index "list_imports_campaign_id_index" on "list_imports" ("campaign_id")`);
    this.addSql(
      `alter table "list_imports" add constraint "list_imports_campaign_id_foreign" foreign key ("campaign_id") references "campaigns" ("id")`,
    );
    this.addSql(
      `create table "list_rows" ("import_id" uuid not null, "row" int not null, "values" jsonb not null, primary key ("import_id", "row"))`,
    );
    this.addSql(
      `create table "list_faults" ("import_id" uuid not null, "row" int not null, "index" smallint not null, "field" text not null, "problem" text not null, "remedy" text not null, primary key ("import_id", "row", "index"))`,
    );
  }
}
