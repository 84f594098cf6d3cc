import { Migration } from '@mikro-orm/migrations';

/** Replies that were hidden while two-way SMS was off can be released, and so can those that still come to what was sent then. */
export class Activation extends Migration {
  override up(): void {
    this.addSql(`alter table "accounts" add column "held_released_at" timestamptz(3) null`);
    this.addSql(`alter table "replies" add column "unhide" boolean not null default false`);
  }
}
