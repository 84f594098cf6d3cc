import { Migration } from '@mikro-orm/migrations';

export class WordsByTime extends Migration {
  override up(): void {
    // What an id begins with is when it was made, fifty days apart.
    this.addSql(`drop index "replies_words_index"`);
    this.addSql(
      `create index "replies_words_index" on "replies" using gin ("account_id", left("id"::text, 4), reply_words("text")) where "account_id" is not null and not "hidden"`,
    );
  }
}
