import { Migration } from '@mikro-orm/migrations';

export class Restores extends Migration {
  override up(): void {
    this.addSql(
      `create table "restores" ("id" uuid not null, "backup_at" timestamptz(3) not null, "noted_at" timestamptz(3) not null, "in_doubt" int not null, "released_at" timestamptz(3) null, "released_by" text null, primary key ("id"))`,
    );
  }
}
