import { Migration } from '@mikro-orm/migrations';

/** An account's default sender, and when it was migrated from V0 to V2. */
export class Platforms extends Migration {
  override up(): void {
    this.addSql(`alter table "accounts" add column "default_sender" text null, add column "migrated_at" timestamptz(3) null`);
  }
}
