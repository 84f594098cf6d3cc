import { Migration } from '@mikro-orm/migrations';

export class MessageNews extends Migration {
  override up(): void {
    this.addSql(
      'create table "message_news" ("message_id" uuid not null, "due_at" timestamptz(3) not null, constraint "message_news_pkey" primary key ("message_id"))',
    );
    this.addSql('create index "message_news_due_at_index" on "message_news" ("due_at")');
    this.addSql('drop index "callback_endpoints_messages_index"');
    this.addSql(
      `create index "callback_endpoints_messages_index" on "callback_endpoints" ("account_id") where "deleted_at" is null and "types" && array['message.accepted', 'message.delivered', 'message.undelivered', 'message.not-sent', 'message.unknown']`,
    );
  }
}
