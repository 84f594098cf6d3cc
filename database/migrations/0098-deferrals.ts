import { Migration } from '@mikro-orm/migrations';

export class Deferrals extends Migration {
  override up(): void {
    this.addSql(`alter table "messages" add "deferrals" smallint not null default 0`);
    this.addSql(`alter table "carrier_lines" add "refusing" text null`);
  }
}
