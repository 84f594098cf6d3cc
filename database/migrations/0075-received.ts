import { Migration } from '@mikro-orm/migrations';

export class Received extends Migration {
  override up(): void {
    this.addSql(`create extension if not exists btree_gin`);
    // Whatever is no letter and no digit parts words: as it stands, the parser takes "oui/non" for a file, and finds neither word.
    this.addSql(
      `create function reply_words(said text) returns tsvector language sql immutable strict parallel safe
       return to_tsvector('simple'::regconfig, translate(lower(regexp_replace(normalize(said, NFD), '[\\u0300-\\u036f]+', '', 'g')),
         '!"#$%&''()*+,-./:;<=>?@[\\]^_\`{|}~’‘“”«»…–—', repeat(' ', 41)))`,
    );
    // Only what is filed, so that taking a reply in costs nothing.
    this.addSql(
      `create index "replies_words_index" on "replies" using gin ("account_id", reply_words("text")) where "account_id" is not null and not "hidden"`,
    );
    this.addSql(
      `create table "reply_views" ("id" uuid not null, "account_id" uuid not null, "owner" text not null, "name" text null, "filters" jsonb not null, "columns" text[] not null, "created_at" timestamptz(3) not null, primary key ("id"))`,
    );
    this.addSql(`create unique index "reply_views_name_index" on "reply_views" ("account_id", "owner", coalesce("name", ''))`);
    this.addSql(
      `alter table "reply_views" add constraint "reply_views_account_id_foreign" foreign key ("account_id") references "accounts" ("id")`,
    );
  }
}
