import { Migration } from '@mikro-orm/migrations';

export class CampaignsThatEnd extends Migration {
  override up(): void {
    this.addSql('alter table "campaigns" add column "expires_at" timestamptz(3) null');
  }
}
