import { Migration } from '@mikro-orm/migrations';

export class RecoveryCodes extends Migration {
  override up(): void {
    this.addSql(`create table "recovery_codes" ("hash" bytea not null, "user_id" uuid not null, "created_at" timestamptz(3) not null, primary key ("hash"))`);
    this.addSql(`create index "recovery_codes_user_id_index" on "recovery_codes" ("user_id")`);
    this.addSql(`alter table "recovery_codes" add constraint "recovery_codes_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`);
  }
}
