import { Migration } from '@mikro-orm/migrations';

export class Unreachable extends Migration {
  override up(): void {
    this.addSql(`alter table "campaigns" add column "allow_unreachable" boolean not null default false`);
  }
}
