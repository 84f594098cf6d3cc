import { AsyncLocalStorage } from 'node:async_hooks';
import { DAY_MS } from '../../domain/durations.ts';
import { idAt, newId } from '../ids.ts';
import type { Sql } from '../sql.ts';

/**
 * Something done: to what, with what particulars. `target` is a kind of thing and its id, such as `key <id>`; `detail` never holds a
 * secret, a number, a text or a name. Who did it, and for which account, is the request's; said here where none is.
 */
export type AuditRecord = {
  actor?: string;
  accountId?: string | null;
  action: string;
  target: string;
  detail?: Record<string, unknown>;
};

/** Who a request is from, once that is known; what the transaction that does it is to note of it, and whether something was noted. */
export type Acting = {
  actor: string;
  accountId: string | null;
  address: () => string | null;
  owed: AuditRecord | null;
  noted: boolean;
};

/** Set around each request. */
export const acting = new AsyncLocalStorage<Acting>();

/** A row of the log. One that a handler makes stands for what its request owes: it says more. */
export function auditRow({ actor, accountId, action, target, detail = {} }: AuditRecord) {
  const by = acting.getStore();
  if (by) Object.assign(by, { owed: null, noted: true });
  const who = { actor: actor ?? by?.actor ?? 'system', accountId: accountId === undefined ? (by?.accountId ?? null) : accountId };
  return { id: newId(), at: new Date(), ...who, action, target, detail, address: by?.address() ?? null };
}

/** Notes what was done, in the caller's transaction. */
export async function recordAudit(sql: Sql, record: AuditRecord): Promise<void> {
  await sql.query(
    `insert into audit_log (id, at, actor, account_id, action, target, detail, address) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    Object.values(auditRow(record)),
  );
}

const FORGOTTEN_AT_ONCE = 5000;

/** Forgets a page of what is older than so many days. */
export const forgetAudit = (sql: Sql, days: number): Promise<unknown> =>
  sql.query('select forget_audit($1, $2)', [idAt(Date.now() - days * DAY_MS), FORGOTTEN_AT_ONCE]);

/** Notes what the request owes, as part of the transaction that is about to commit. Answers with what must be owed again if it does not. */
export async function settleAudit(sql: Sql): Promise<AuditRecord | null> {
  const owed = acting.getStore()?.owed ?? null;
  if (owed) await recordAudit(sql, owed);
  return owed;
}

export const oweAudit = (owed: AuditRecord | null): void => {
  const by = acting.getStore();
  if (by && owed) Object.assign(by, { owed, noted: false });
};
