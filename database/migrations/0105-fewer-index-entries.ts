import { Migration } from '@mikro-orm/migrations';

export class FewerIndexEntries extends Migration {
  override up(): void {
    // A reply is stored before anyone knows whose it is: until it is filed, these have nothing to say of it.
    this.addSql(`drop index "replies_account_id_id_index"`);
    this.addSql(`create index "replies_account_id_id_index" on "replies" ("account_id", "id") where "account_id" is not null`);
    this.addSql(`drop index "replies_account_id_received_at_index"`);
    this.addSql(
      `create index "replies_account_id_received_at_index" on "replies" ("account_id", "received_at") where "account_id" is not null`,
    );
    this.addSql(`drop index "replies_conversation_id_sequence_index"`);
    this.addSql(
      `create index "replies_conversation_id_sequence_index" on "replies" ("conversation_id", "sequence") where "conversation_id" is not null`,
    );
    // Most carriers give their replies no ids.
    this.addSql(`alter table "replies" drop constraint "replies_carrier_id_external_id_unique"`);
    this.addSql(
      `create unique index "replies_carrier_id_external_id_unique" on "replies" ("carrier_id", "external_id") where "external_id" is not null`,
    );
    // Changes of an endpoint's health touch no index.
    this.addSql(`alter table "callback_endpoints" set (fillfactor = 60)`);
  }
}
