import { Migration } from '@mikro-orm/migrations';

/** Receipts look at every group of theirs whether anyone wants to hear of messages. */
export class HearingOfMessages extends Migration {
  override up(): void {
    this.addSql(
      `create index "callback_endpoints_messages_index" on "callback_endpoints" ("account_id") where "deleted_at" is null and "types" && array['message.delivered', 'message.undelivered']`,
    );
  }
}
