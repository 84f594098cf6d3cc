import { Migration } from '@mikro-orm/migrations';

export class StopMention extends Migration {
  override up(): void {
    this.addSql(`alter table "account_policies" add column "stop_mention" text null`);
  }
}
