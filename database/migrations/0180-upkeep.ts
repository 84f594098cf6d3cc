import { Migration } from '@mikro-orm/migrations';

export class Upkeep extends Migration {
  override up(): void {
    this.addSql(
      'create table "upkeep" ("name" text not null, "holder" text null, "at" timestamptz(3) not null, constraint "upkeep_pkey" primary key ("name"))',
    );
  }
}
