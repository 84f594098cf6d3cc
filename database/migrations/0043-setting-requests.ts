import { Migration } from '@mikro-orm/migrations';

/** What V0 accounts ask to have changed about their replies, until an operator has decided, and after. */
export class SettingRequests extends Migration {
  override up(): void {
    this.addSql(
      `create table "setting_requests" ("id" uuid not null, "account_id" uuid not null, "kind" text not null, "change" jsonb not null, "target" text null, "secret" bytea null, "state" text not null, "requested_at" timestamptz(3) not null, "requested_by" text not null, "decided_at" timestamptz(3) null, "decided_by" text null, "reason" text null, "endpoint_id" uuid null, primary key ("id"))`,
    );
    this.addSql(`create index "setting_requests_account_id_id_index" on "setting_requests" ("account_id", "id")`);
    this.addSql(`create index "setting_requests_state_id_index" on "setting_requests" ("state", "id")`);
  }
}
