import { Migration } from '@mikro-orm/migrations';

export class HowSoonRepliesCame extends Migration {
  override up(): void {
    this.addSql(`alter table "campaign_figures" add column "replied" jsonb not null default '{}'`);
  }
}
