import { Migration } from '@mikro-orm/migrations';

/** How far what is older than an account keeps has been forgotten. */
export class Retention extends Migration {
  override up(): void {
    this.addSql(
      `create table "retention_marks" ("account_id" uuid not null, "texts_to" timestamptz(3) null, "contacts_to" timestamptz(3) null, "events_to" bigint not null default '0', primary key ("account_id"))`,
    );
  }
}
