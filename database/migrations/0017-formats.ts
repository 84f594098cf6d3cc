import { Migration } from '@mikro-orm/migrations';

/** Endpoints choose a format, frozen with each delivery, and may have a second address. */
export class Formats extends Migration {
  override up(): void {
    this.addSql(
      `alter table "callback_endpoints" add "format" text not null default 'standard', add "fallback_url" text null`,
    );
    this.addSql(`alter table "deliveries" add "format" text not null default 'standard', add "body" text null`);
    this.addSql(`alter table "delivery_attempts" add "first_class" text null`);
  }
}
