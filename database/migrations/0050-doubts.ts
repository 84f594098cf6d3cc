import { Migration } from '@mikro-orm/migrations';

export class Doubts extends Migration {
  override up(): void {
    this.addSql(`create table "doubts" ("message_id" uuid not null, "carrier_id" uuid not null, "to_number" text not null, "sender" text not null, "submitted_at" timestamptz(3) not null, "since" timestamptz(3) not null, primary key ("message_id"))`);
    this.addSql(`create index "doubts_carrier_id_to_number_index" on "doubts" ("carrier_id", "to_number")`);
    this.addSql(`insert into doubts (message_id, carrier_id, to_number, sender, submitted_at, since) select id, carrier_id, to_number, sender, coalesce(submitted_at, now()), coalesce(settled_at, now()) from messages where state = 'in_doubt'`);
    this.addSql(`alter table "orphan_receipts" add column "from_number" text null, add column "to_number" text null`);
    this.addSql(`alter table "messages" add column "resends" smallint not null default 0`);
    this.addSql(`alter table "campaigns" add column "resend_in_doubt" boolean not null default false`);
  }
}
