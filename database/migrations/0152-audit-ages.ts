import { Migration } from '@mikro-orm/migrations';

export class AuditAges extends Migration {
  override up(): void {
    this.addSql(`drop trigger "audit_log_stays" on "audit_log"`);
    this.addSql(`create trigger "audit_log_stays" before update or truncate on "audit_log" for each statement execute function "audit_log_stays"()`);
    // Nobody deletes what is younger, whatever the product's settings are or somebody made them.
    this.addSql(`create function "audit_log_ages"() returns trigger language plpgsql as $$ begin
      if old."at" < now() - interval '90 days' then return old; end if;
      raise exception 'audit_log is only added to'; end $$`);
    this.addSql(`create trigger "audit_log_ages" before delete on "audit_log" for each row execute function "audit_log_ages"()`);
    // Of the role that owns the table: the one that runs the product may not delete, and need not be the same.
    this.addSql(`create function "forget_audit"("oldest" uuid, "most" int) returns int language plpgsql security definer set search_path from current as $$
      declare gone int;
      begin
        if not exists (select from audit_log where id < oldest) or not pg_try_advisory_xact_lock(7215002) then return 0; end if;
        execute 'grant delete on audit_log to current_user';
        delete from audit_log where id in (select id from audit_log where id < oldest order by id limit most);
        get diagnostics gone = row_count;
        execute 'revoke delete on audit_log from current_user';
        return gone;
      end $$`);
  }
}
