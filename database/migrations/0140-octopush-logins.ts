import { Migration } from '@mikro-orm/migrations';

export class OctopushLogins extends Migration {
  override up(): void {
    this.addSql('alter table "accounts" add "octopush_login" text null');
    this.addSql(`alter table "account_policies" add "missing_stop" text not null default 'add'`);
  }
}
