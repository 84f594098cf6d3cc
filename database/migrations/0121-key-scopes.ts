import { Migration } from '@mikro-orm/migrations';

export class KeyScopes extends Migration {
  override up(): void {
    this.addSql(
      `alter table "api_keys" add "scopes" text[] null, add "networks" text[] null, add "expires_at" timestamptz(3) null, add "last_used_at" timestamptz(3) null, add "old_hash" bytea null, add "old_until" timestamptz(3) null`,
    );
    this.addSql(`alter table "api_keys" add constraint "api_keys_old_hash_unique" unique ("old_hash")`);
  }
}
