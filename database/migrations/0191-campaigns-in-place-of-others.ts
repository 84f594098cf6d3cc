import { Migration } from '@mikro-orm/migrations';

export class CampaignsInPlaceOfOthers extends Migration {
  override up(): void {
    this.addSql('alter table "campaigns" add column "replaces_id" uuid null');
  }
}
