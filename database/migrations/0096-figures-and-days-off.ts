import { Migration } from '@mikro-orm/migrations';

export class FiguresAndDaysOff extends Migration {
  override up(): void {
    this.addSql(
      `create table "campaign_figures" ("campaign_id" uuid not null, "account_id" uuid not null, "counted_at" timestamptz(3) not null, "states" jsonb not null, "took" jsonb not null, "repliers" int not null, primary key ("campaign_id"))`,
    );
    this.addSql(
      `alter table "campaign_figures" add constraint "campaign_figures_campaign_id_foreign" foreign key ("campaign_id") references "campaigns" ("id") on update cascade on delete cascade`,
    );
    this.addSql(
      `alter table "out_of_hours" add "holidays" boolean not null default false, add "closed" jsonb not null default '[]'`,
    );
  }
}
