import { Migration } from '@mikro-orm/migrations';

const GROWING = ['messages', 'message_references', 'replies', 'events', 'deliveries', 'delivery_attempts'];

export class RowsEnd extends Migration {
  override up(): void {
    this.addSql('alter table "account_policies" add column "keep_rows_days" int null');
    this.addSql('alter table "retention_marks" add column "rows_to" timestamptz(3) null');
    this.addSql('alter table "campaigns" add column "rows_gone_at" timestamptz(3) null');
    this.addSql('alter table "campaign_figures" add column "results" jsonb null');
    // What is deleted by night is free for the next day's rows: a fifth of a large table would be a month of them.
    for (const table of GROWING)
      this.addSql(`alter table "${table}" set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`);
  }
}
