import { Migration } from '@mikro-orm/migrations';

export class SpendLimits extends Migration {
  override up(): void {
    this.addSql(
      `create table "spend_limits" ("account_id" uuid not null, "operator_day" bigint null, "operator_month" bigint null, "own_day" bigint null, "own_month" bigint null, "day" date null, "month" date null, "day_spent" bigint not null default '0', "month_spent" bigint not null default '0', "held_until" timestamptz(3) null, "held_by" text null, "told_on" date null, primary key ("account_id"))`,
    );
    this.addSql(
      `alter table "spend_limits" add constraint "spend_limits_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on update cascade on delete cascade`,
    );
  }
}
