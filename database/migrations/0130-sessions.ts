import { Migration } from '@mikro-orm/migrations';

export class Sessions extends Migration {
  override up(): void {
    this.addSql(`alter table "sessions" add "id" uuid not null default gen_random_uuid(), add "last_seen_at" timestamptz(3) not null default now(), add "confirmed_at" timestamptz(3) not null default now(), add "address" text not null default '', add "device" text not null default '', add "via" text not null default 'password'`);
    this.addSql(`alter table "sessions" add constraint "sessions_id_unique" unique ("id")`);
    this.addSql(`alter table "accounts" add "session_hours" int null, add "session_idle_minutes" int null, add "requires_authenticator" boolean not null default false`);
    // Whoever ends a session, revokes a key or changes a role: what that caller has open in any process is looked at at once.
    this.addSql(`create function announce_ended() returns trigger language plpgsql as $$ begin
      perform pg_notify('account_events', case tg_table_name when 'sessions' then to_jsonb(old)->>'user_id' else to_jsonb(old)->>'id' end || ' ended');
      return null; end $$`);
    this.addSql(`create trigger sessions_ended after delete on "sessions" for each row execute function announce_ended()`);
    this.addSql(`create trigger keys_ended after update of "revoked_at" on "api_keys" for each row when (new.revoked_at is not null) execute function announce_ended()`);
    this.addSql(`create trigger roles_changed after update of "role" on "users" for each row when (new.role <> old.role) execute function announce_ended()`);
  }
}
