import { Migration } from '@mikro-orm/migrations';

/** Deliveries can be sent anew; one that was delivered stays delivered. Events know how many deliveries they owe. */
export class Replays extends Migration {
  override up(): void {
    this.addSql(
      `create table "replays" ("id" uuid not null, "account_id" uuid not null, "endpoint_id" uuid not null, "filter" jsonb not null, "rate_per_second" int not null, "state" text not null, "total" int not null, "position" uuid null, "queued" int not null default 0, "skipped" int not null default 0, "created_at" timestamptz(3) not null, "looked_at" timestamptz(3) not null, "ended_at" timestamptz(3) null, primary key ("id"))`,
    );
    this.addSql(`create index "replays_account_id_id_index" on "replays" ("account_id", "id")`);
    this.addSql(`create index "replays_open_index" on "replays" ("looked_at") where "ended_at" is null`);
    this.addSql(
      `alter table "deliveries" add "delivered_at" timestamptz(3) null, add "replay_id" uuid null, add "replayed_from" text null`,
    );
    this.addSql(`update "deliveries" set "delivered_at" = coalesce("finished_at", "created_at") where "state" = 'delivered'`);
    this.addSql(`create index "deliveries_replay_index" on "deliveries" ("replay_id") where "replay_id" is not null`);
    this.addSql(`alter table "events" add "owed" smallint not null default 0`);
    this.addSql(
      `update "events" e set "owed" = d.count from (select "event_id", count(*) from "deliveries" group by 1) d where d."event_id" = e."id"`,
    );
  }
}
