import { Migration } from '@mikro-orm/migrations';

export class Costs extends Migration {
  override up(): void {
    this.addSql(`alter table "messages" add column "cost_micros" int null`);
    this.addSql(`alter table "campaigns" add column "cost_micros" bigint null, add column "optimise" boolean not null default false`);
  }
}
