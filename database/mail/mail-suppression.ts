import { defineEntity, p } from '@mikro-orm/core';
import { affected, type Sql } from '../sql.ts';

/** `bounced`: no such mailbox. `unsubscribed`: no reply mails; notices still go there. */
export type SuppressionReason = 'bounced' | 'unsubscribed';

/** An address an account no longer writes to. */
const MailSuppressionSchema = defineEntity({
  name: 'MailSuppression',
  tableName: 'mail_suppressions',
  indexes: [{ properties: ['since', 'address'] }],
  properties: {
    accountId: p.uuid().primary(),
    address: p.text().primary(),
    reason: p.text().$type<SuppressionReason>(),
    detail: p.text().nullable(),
    since: p.datetime(3),
  },
});
export class MailSuppression extends MailSuppressionSchema.class {}
MailSuppressionSchema.setClass(MailSuppression);

type New = { accountId: string; address: string; reason: SuppressionReason; detail: string | null };

/** Idempotent: the first reason stays, but `bounced` replaces `unsubscribed`. Effective from the next claim. */
export const suppress = (sql: Sql, { accountId, address, reason, detail }: New): Promise<number> =>
  affected(
    sql,
    `insert into mail_suppressions (account_id, address, reason, detail, since) values ($1, lower($2), $3, $4, now())
     on conflict (account_id, address) do update set reason = excluded.reason, detail = excluded.detail, since = now()
     where mail_suppressions.reason = 'unsubscribed' and excluded.reason = 'bounced'`,
    [accountId, address, reason, detail?.slice(0, 500) ?? null],
  );
