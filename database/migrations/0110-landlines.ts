import { Migration } from '@mikro-orm/migrations';

export class Landlines extends Migration {
  override up(): void {
    this.addSql(`alter table "account_policies" add "landlines" text not null default 'warn'`);
  }
}
