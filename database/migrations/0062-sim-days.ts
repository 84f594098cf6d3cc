import { Migration } from '@mikro-orm/migrations';

/** What each SIM sent on a day, so that its daily cap outlives a restart. */
export class SimDays extends Migration {
  override up(): void {
    this.addSql(
      `create table "sim_days" ("carrier_id" uuid not null, "port" smallint not null, "day" date not null, "sent" int not null, primary key ("carrier_id", "port", "day"))`,
    );
  }
}
