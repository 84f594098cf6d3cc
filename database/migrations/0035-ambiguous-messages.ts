import { Migration } from '@mikro-orm/migrations';

export class AmbiguousMessages extends Migration {
  override up(): void {
    this.addSql(`alter table "messages" add column "ambiguous" boolean not null default false`);
  }
}
