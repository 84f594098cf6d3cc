import { Migration } from '@mikro-orm/migrations';

/** Endpoints have a health, a schedule and a share of places; what was gone stays gone. */
export class EndpointHealth extends Migration {
  override up(): void {
    this.addSql(
      `alter table "callback_endpoints" add "schedule" jsonb null, add "health" text not null default 'healthy', add "slow_start" smallint not null default 0, add "next_probe_at" timestamptz(3) null, add "last_success_at" timestamptz(3) null, add "track" jsonb null, add "last_failure" jsonb null, add "mistake_told_at" timestamptz(3) null`,
    );
    this.addSql(`update "callback_endpoints" set "health" = 'gone' where "gone_at" is not null`);
    this.addSql(`alter table "callback_endpoints" drop column "gone_at"`);
    this.addSql(
      `alter table "deliveries" add "lane" text null, add "trigger" text not null default 'auto', add "probes" smallint not null default 0`,
    );
    this.addSql(
      `create index "deliveries_asked_for_index" on "deliveries" ("endpoint_id", "next_at") where "channel" = 'callback' and "trigger" <> 'auto' and "state" in ('pending', 'retrying', 'held')`,
    );
    this.addSql(`alter table "delivery_attempts" add "probe" boolean not null default false`);
    this.addSql(
      `create table "endpoint_minutes" ("endpoint_id" uuid not null, "minute" timestamptz(3) not null, "attempts" int not null, "failures" int not null, "failing" uuid null, "several" boolean not null, primary key ("endpoint_id", "minute")) with (fillfactor = 50)`,
    );
    this.addSql(
      `create table "line_outages" ("id" uuid not null, "worker" text not null, "began_at" timestamptz(3) not null, "seen_at" timestamptz(3) not null, "ended_at" timestamptz(3) null, "endpoints" int not null, primary key ("id"))`,
    );
  }
}
