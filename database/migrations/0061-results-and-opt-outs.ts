import { Migration } from '@mikro-orm/migrations';

/** Results that gateways are asked for, and which waiting replies were looked at for a STOP. */
export class ResultsAndOptOuts extends Migration {
  override up(): void {
    this.addSql(
      `create table "awaited_results" ("carrier_id" uuid not null, "reference" text not null, "submitted_at" timestamptz(3) not null, "next_at" timestamptz(3) not null, primary key ("carrier_id", "reference"))`,
    );
    this.addSql(`create index "awaited_results_carrier_id_next_at_index" on "awaited_results" ("carrier_id", "next_at")`);
    this.addSql(`alter table "replies" add column "peeked" text null`);
  }
}
