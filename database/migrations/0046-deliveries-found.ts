import { Migration } from '@mikro-orm/migrations';

/** What is not delivered is found by its account, what was by its endpoint, among however many others. */
export class DeliveriesFound extends Migration {
  override up(): void {
    this.addSql(
      `create index "deliveries_undelivered_index" on "deliveries" ("account_id", "id") where "delivered_at" is null`,
    );
    this.addSql(
      `create index "deliveries_delivered_index" on "deliveries" ("endpoint_id", "id") where "delivered_at" is not null`,
    );
  }
}
