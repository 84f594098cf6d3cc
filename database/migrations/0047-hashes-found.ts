import { Migration } from '@mikro-orm/migrations';

/** Which accounts were asked to forget a number is found by its hash. */
export class HashesFound extends Migration {
  override up(): void {
    this.addSql(`create index "opt_outs_hash_index" on "opt_outs" ("phone") where "phone" like '#%'`);
  }
}
