import { Migration } from '@mikro-orm/migrations';

/** A campaign may carry its customer's own name for it. */
export class RequestIds extends Migration {
  override up(): void {
    this.addSql(`alter table "campaigns" add "request_id" text null`);
  }
}
