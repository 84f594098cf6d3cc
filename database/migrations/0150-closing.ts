import { Migration } from '@mikro-orm/migrations';

export class Closing extends Migration {
  override up(): void {
    this.addSql(`alter table "accounts" add "closed_at" timestamptz(3) null, add "erase_at" timestamptz(3) null, add "erased_at" timestamptz(3) null`);
    this.addSql(`create index "accounts_closed_index" on "accounts" ("id") where "closed_at" is not null`);
  }
}
