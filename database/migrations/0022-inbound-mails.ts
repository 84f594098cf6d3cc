import { Migration } from '@mikro-orm/migrations';

/** Mails that were answered to an SMS, so that a copy of one is told. */
export class InboundMails extends Migration {
  override up(): void {
    this.addSql(
      `create table "inbound_mails" ("conversation_id" uuid not null, "message_id" text not null, "account_id" uuid not null, "sms_id" uuid not null, "received_at" timestamptz(3) not null, primary key ("conversation_id", "message_id"))`,
    );
    this.addSql(`create index "inbound_mails_received_at_index" on "inbound_mails" ("received_at")`);
  }
}
