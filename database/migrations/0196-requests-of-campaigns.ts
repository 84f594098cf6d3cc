import { Migration } from '@mikro-orm/migrations';

export class RequestsOfCampaigns extends Migration {
  override up(): void {
    for (const table of ['campaigns', 'events']) this.addSql(`alter table "${table}" add column "http_request_id" text null`);
  }
}
