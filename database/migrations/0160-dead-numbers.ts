import { Migration } from '@mikro-orm/migrations';

export class DeadNumbers extends Migration {
  override up(): void {
    this.addSql(
      'create table "dead_numbers" ("account_id" uuid not null, "phone" text not null, "times" smallint not null, "last_at" timestamptz(3) not null, primary key ("account_id", "phone"))',
    );
  }
}
