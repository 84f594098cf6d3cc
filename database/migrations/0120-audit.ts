import { Migration } from '@mikro-orm/migrations';

export class Audit extends Migration {
  override up(): void {
    this.addSql(`alter table "audit_log" add "address" text null`);
    // The role that migrates is often the one that runs, and may then be a superuser, whom no grant holds back: the trigger holds for everybody.
    this.addSql(`revoke update, delete, truncate on "audit_log" from current_user, public`);
    this.addSql(`create function "audit_log_stays"() returns trigger language plpgsql as $$ begin raise exception 'audit_log is only added to'; end $$`);
    this.addSql(`create trigger "audit_log_stays" before update or delete or truncate on "audit_log" for each statement execute function "audit_log_stays"()`);
  }
}
