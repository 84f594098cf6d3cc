import { Migration } from '@mikro-orm/migrations';

export class MessagesAtATime extends Migration {
  override up(): void {
    this.addSql(`alter table "messages" add "send_at" timestamptz(3) null, add "expires_at" timestamptz(3) null`);
    this.addSql(`create index "messages_send_at_index" on "messages" ("send_at") where "send_at" is not null`);
  }
}
