import { newId } from '../ids.ts';
import { affected, type Sql } from '../sql.ts';

/** Something done to an account's things: by whom, to what. `detail` never holds a secret, a number or a text. */
export type AuditRecord = {
  actor: string;
  accountId: string | null;
  action: string;
  target: string;
  detail?: Record<string, unknown>;
};

/** Notes what was done, in the caller's transaction. */
export const recordAudit = async (sql: Sql, { actor, accountId, action, target, detail = {} }: AuditRecord): Promise<void> =>
  void (await affected(
    sql,
    `insert into audit_log (id, at, actor, account_id, action, target, detail) values ($1, now(), $2, $3, $4, $5, $6)`,
    [newId(), actor, accountId, action, target, JSON.stringify(detail)],
  ));
