import { Migration } from '@mikro-orm/migrations';

/** A campaign may name an address of its own for its replies. */
export class CampaignCallbacks extends Migration {
  override up(): void {
    this.addSql(`alter table "callback_endpoints" add "scope" text not null default 'account'`);
    this.addSql(
      `create unique index "callback_endpoints_campaigns_unique" on "callback_endpoints" ("account_id", "url") where "scope" = 'campaigns' and "deleted_at" is null`,
    );
    this.addSql(`alter table "campaigns" add "callback_url" text null, add "callback_endpoint_id" uuid null`);
  }
}
