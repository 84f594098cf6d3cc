import { Migration } from '@mikro-orm/migrations';

export class OutOfHoursAnswers extends Migration {
  override up(): void {
    this.addSql(
      `create table "out_of_hours" ("account_id" uuid not null, "enabled" boolean not null, "text" text not null, "hours" jsonb not null, primary key ("account_id"))`,
    );
    this.addSql(
      `alter table "out_of_hours" add constraint "out_of_hours_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade`,
    );
  }
}
