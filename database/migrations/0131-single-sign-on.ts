import { Migration } from '@mikro-orm/migrations';

export class SingleSignOn extends Migration {
  override up(): void {
    this.addSql(`create table "identity_providers" ("id" uuid not null, "account_id" uuid null, "issuer" text not null, "client_id" text not null, "client_secret" bytea not null, "role_claim" text null, "roles" jsonb not null, "default_role" text null, "required" boolean not null, "created_at" timestamptz(3) not null, primary key ("id"))`);
    this.addSql(`alter table "identity_providers" add constraint "identity_providers_account_id_unique" unique ("account_id")`);
    // One for the installation too.
    this.addSql(`create unique index "identity_providers_installation" on "identity_providers" ((1)) where "account_id" is null`);
    this.addSql(`alter table "identity_providers" add constraint "identity_providers_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade`);
    this.addSql(`create table "account_domains" ("id" uuid not null, "account_id" uuid not null, "domain" text not null, "proof" text not null, "proved_at" timestamptz(3) null, "proved_by" text null, primary key ("id"))`);
    this.addSql(`alter table "account_domains" add constraint "account_domains_account_id_domain_unique" unique ("account_id", "domain")`);
    this.addSql(`create unique index "account_domains_proved" on "account_domains" ("domain") where "proved_at" is not null`);
    this.addSql(`alter table "account_domains" add constraint "account_domains_account_id_foreign" foreign key ("account_id") references "accounts" ("id") on delete cascade`);
    this.addSql(`create table "sign_on_attempts" ("hash" bytea not null, "provider_id" uuid not null, "verifier" text not null, "nonce" text not null, "again" boolean not null, "expires_at" timestamptz(3) not null, primary key ("hash"))`);
    this.addSql(`alter table "sign_on_attempts" add constraint "sign_on_attempts_provider_id_foreign" foreign key ("provider_id") references "identity_providers" ("id") on delete cascade`);
    this.addSql(`create table "removed_identities" ("provider_id" uuid not null, "subject" text not null, "address" bytea not null, primary key ("provider_id", "subject"))`);
    this.addSql(`alter table "removed_identities" add constraint "removed_identities_provider_id_foreign" foreign key ("provider_id") references "identity_providers" ("id") on delete cascade`);
    this.addSql(`alter table "users" add "provider_id" uuid null, add "subject" text null`);
    this.addSql(`alter table "users" add constraint "users_provider_id_subject_unique" unique ("provider_id", "subject")`);
    this.addSql(`alter table "users" add constraint "users_provider_id_foreign" foreign key ("provider_id") references "identity_providers" ("id") on delete set null`);
  }
}
