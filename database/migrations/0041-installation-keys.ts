import { Migration } from '@mikro-orm/migrations';

/** Keys that outlive a rotation of SECRETS_KEY, sealed with it. */
export class InstallationKeys extends Migration {
  override up(): void {
    this.addSql(`create table "installation_keys" ("name" text not null, "sealed" bytea not null, primary key ("name"))`);
  }
}
