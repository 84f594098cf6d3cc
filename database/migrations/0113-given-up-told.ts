import { Migration } from '@mikro-orm/migrations';

export class GivenUpTold extends Migration {
  override up(): void {
    this.addSql(
      `alter table "callback_endpoints" add "exhausted_told_at" timestamptz(3) null, add "trickle_told_at" timestamptz(3) null`,
    );
  }
}
