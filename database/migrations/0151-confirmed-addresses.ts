import { Migration } from '@mikro-orm/migrations';

export class ConfirmedAddresses extends Migration {
  override up(): void {
    this.addSql(`alter table "reply_emails" add "confirmed_at" timestamptz(3) null`);
    this.addSql(`update "reply_emails" set "confirmed_at" = "created_at"`);
  }
}
