import { Migration } from '@mikro-orm/migrations';

/** What workers tell of their lines, alarms about carriers, and carriers that are paused. */
export class LinesTold extends Migration {
  override up(): void {
    this.addSql(`alter table "carriers" add "paused_at" timestamptz(3) null`);
    this.addSql(
      `create table "carrier_lines" ("carrier_id" uuid not null, "slot" smallint not null, "epoch" bigint not null, "worker" text not null, "state" text not null, "since" timestamptz(3) not null, "bound_at" timestamptz(3) null, "refused" boolean not null, "in_flight" int not null, "window" int not null, "last_error" text null, "accepted" bigint not null, "per_second" real not null, "beat_at" timestamptz(3) not null, primary key ("carrier_id", "slot"))`,
    );
    this.addSql(`alter table "carrier_lines" set (fillfactor = 50)`);
    this.addSql(
      `create table "alarms" ("id" uuid not null, "kind" text not null, "carrier_id" uuid not null, "since" timestamptz(3) not null, "last" timestamptz(3) not null, "count" int not null default 1, "detail" text null, "cleared_at" timestamptz(3) null, "posted" text null, "post_at" timestamptz(3) null, "post_attempts" int not null default 0, primary key ("id"))`,
    );
    this.addSql(`create unique index "alarms_open_index" on "alarms" ("kind", "carrier_id") where "cleared_at" is null`);
    this.addSql(`create index "alarms_post_index" on "alarms" ("post_at") where "post_at" is not null`);
  }
}
