import { Migration } from '@mikro-orm/migrations';

/** Parts of long replies of which the rest has not come. */
export class Parts extends Migration {
  override up(): void {
    this.addSql(`create index "inbound_parts_waiting_index" on "inbound_parts" ("ingested_at") where "reply_id" is null`);
  }
}
