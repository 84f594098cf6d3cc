import { Migration } from '@mikro-orm/migrations';

export class RefusedWebhooks extends Migration {
  override up(): void {
    this.addSql(
      'alter table "carriers" add column "webhooks_refused" smallint not null default 0, add column "webhook_refused_at" timestamptz(3) null',
    );
  }
}
