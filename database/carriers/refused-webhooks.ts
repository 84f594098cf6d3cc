import { affected, type Sql } from '../sql.ts';

/** Counts requests with a wrong signature, within 15 minutes of each other. */
export const noteRefused = (sql: Sql, carrierId: string): Promise<number> =>
  affected(
    sql,
    `update carriers set webhook_refused_at = now(), webhooks_refused =
       case when webhook_refused_at > now() - interval '15 minutes' then least(webhooks_refused + 1, 30000) else 1 end where id = $1`,
    [carrierId],
  );
