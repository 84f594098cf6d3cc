import { Migration } from '@mikro-orm/migrations';

export class People extends Migration {
  override up(): void {
    this.addSql(`alter table "users" add column "password_hash" text null, add column "totp" bytea null, add column "totp_step" bigint null`);
    this.addSql(`create index "users_account_id_index" on "users" ("account_id")`);
    this.addSql(`create table "sessions" ("hash" bytea not null, "user_id" uuid not null, "created_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, primary key ("hash"))`);
    this.addSql(`create index "sessions_user_id_index" on "sessions" ("user_id")`);
    this.addSql(`alter table "sessions" add constraint "sessions_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`);
    this.addSql(`create table "invitations" ("hash" bytea not null, "user_id" uuid not null, "created_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, primary key ("hash"))`);
    this.addSql(`create index "invitations_user_id_index" on "invitations" ("user_id")`);
    this.addSql(`alter table "invitations" add constraint "invitations_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade`);
    this.addSql(`create table "sign_in_tries" ("who" bytea not null, "tries" int not null, "until" timestamptz(3) not null, primary key ("who"))`);
  }
}
