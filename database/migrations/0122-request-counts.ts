import { Migration } from '@mikro-orm/migrations';

export class RequestCounts extends Migration {
  override up(): void {
    this.addSql(
      `create unlogged table "request_counts" ("key" varchar(255) not null, "points" int not null default 0, "expire" bigint null, primary key ("key"))`,
    );
  }
}
