import type { Pool } from 'pg';
import { suppress } from '../../database/mail/mail-suppression.ts';
import { affected, rows } from '../../database/sql.ts';
import type { InboundMail } from './parse-mail.ts';

/** RFC 3463: no such mailbox, or closed for good. */
const NO_MAILBOX = /^5\.(?:1\.(?:[0-6]|10)|2\.1)$/;

/**
 * Idempotent: applies a bounce report. A mailbox that does not exist is suppressed; other failures are noted with the delivery.
 * Anything but a failure report changes nothing.
 */
export async function handleBounce(
  pool: Pool,
  of: 'bounce' | 'notice-bounce',
  id: string,
  { report }: Pick<InboundMail, 'report'>,
): Promise<void> {
  if (report?.action !== 'failed' || !report.status.startsWith('5.')) return;
  const [mail] = await rows<{ account_id: string | null; address: string }>(
    pool,
    of === 'bounce'
      ? `select d.account_id, a.address from deliveries d join reply_emails a on a.id = d.email_id where d.id = $1`
      : `select account_id, address from notices where id = $1`,
    [id],
  );
  if (!mail) return;
  // A digest carries several deliveries and is named by one.
  const those =
    of === 'bounce'
      ? 'deliveries set last_class = $2 where (id = $1 or mail_id = $1)'
      : 'notices set last_class = $2 where id = $1';
  await affected(pool, `update ${those} and finished_at is not null`, [id, 'bounced']);
  if (mail.account_id === null || !NO_MAILBOX.test(report.status)) return;
  const detail = `${report.status} ${report.diagnostic}`.trim();
  await suppress(pool, { accountId: mail.account_id, address: mail.address, reason: 'bounced', detail });
}
