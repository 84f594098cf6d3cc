import { Migration } from '@mikro-orm/migrations';

export class LedgerChecks extends Migration {
  override up(): void {
    this.addSql('alter table "upkeep" add column "value" int null');
  }
}
