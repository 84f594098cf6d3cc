import { Migration } from '@mikro-orm/migrations';

/** Carriers that are there keep what they do: to begin to confirm costs SMS. */
export class StopConfirmed extends Migration {
  override up(): void {
    this.addSql(`alter table "carriers" alter column "stop_confirmations" set default true`);
  }
}
