import { rows, type Sql } from '../sql.ts';

/** Whether an account has an endpoint in another provider's format. */
export async function hearsForeign(sql: Sql, accountId: string): Promise<boolean> {
  const found = await rows(
    sql,
    `select from callback_endpoints where account_id = $1 and deleted_at is null and format <> 'standard' limit 1`,
    [accountId],
  );
  return found.length > 0;
}
