import { Migration } from '@mikro-orm/migrations';

/** The results of a campaign read its replies. */
export class CampaignReplies extends Migration {
  override up(): void {
    this.addSql(`create index "replies_campaign_index" on "replies" ("campaign_id") where "campaign_id" is not null`);
  }
}
