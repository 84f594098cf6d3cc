import { Migration } from '@mikro-orm/migrations';

export class InvitedElsewhere extends Migration {
  override up(): void {
    this.addSql(`alter table "users" add "invited_as" text null`);
  }
}
