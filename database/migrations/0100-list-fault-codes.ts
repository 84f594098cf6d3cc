import { Migration } from '@mikro-orm/migrations';

export class ListFaultCodes extends Migration {
  override up(): void {
    this.addSql(`alter table "list_faults" add "code" text null, add "facts" jsonb null`);
  }
}
