import { affected, type Sql } from '../sql.ts';

/** Counts requests in a carrier's name that were not signed as agreed, within a quarter of an hour of one another. */
export const noteRefused = (sql: Sql, carrierId: string): Promise<number> =>
  affected(
    sql,
    `update carriers set webhook_refused_at = now(), webhooks_refused =
       case when webhook_refused_at > now() - interval '15 minutes' then least(webhooks_refused + 1, 30000) else 1 end where id = $1`,
    [carrierId],
  );
