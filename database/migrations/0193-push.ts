import { Migration } from '@mikro-orm/migrations';

/** Devices that are told of replies. */
export class Push extends Migration {
  override up(): void {
    this.addSql(`create table "push_subscriptions" ("id" uuid not null, "user_id" uuid not null,
      "endpoint_hash" bytea not null, "sealed" bytea not null, "device" text not null, "choice" text not null, "quiet" boolean not null,
      "created_at" timestamptz(3) not null, "pushed_at" timestamptz(3) null, primary key ("id"))`);
    this.addSql(
      `alter table "push_subscriptions" add constraint "push_subscriptions_endpoint_hash_unique" unique ("endpoint_hash")`,
    );
    this.addSql(`create index "push_subscriptions_user_id_index" on "push_subscriptions" ("user_id")`);
    this.addSql(
      `alter table "push_subscriptions" add constraint "push_subscriptions_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`,
    );
  }
}
