import { Migration } from '@mikro-orm/migrations';

/** An endpoint may ask for a conversation's replies in strict order. */
export class Order extends Migration {
  override up(): void {
    this.addSql(`alter table "callback_endpoints" add "ordered" boolean not null default false`);
    this.addSql(
      `alter table "deliveries" add "conversation_id" uuid null, add "sequence" int null, add "order_since" timestamptz(3) null`,
    );
    this.addSql(`alter table "delivery_attempts" add "out_of_order" boolean not null default false`);
    this.addSql(
      `create index "deliveries_order_index" on "deliveries" ("endpoint_id", "conversation_id", "sequence") where "conversation_id" is not null and "state" in ('pending', 'in_flight', 'retrying', 'held')`,
    );
  }
}
