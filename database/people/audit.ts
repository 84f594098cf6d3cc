import { AsyncLocalStorage } from 'node:async_hooks';
import { DAY_MS } from '../../domain/durations.ts';
import { idAt, newId } from '../ids.ts';
import type { Sql } from '../sql.ts';

/**
 * An action for the audit log. `target`: kind and id, such as `key <id>`; `detail` never holds a secret, number, text or name.
 * Actor and account default to the request's.
 */
export type AuditRecord = {
  actor?: string;
  accountId?: string | null;
  action: string;
  target: string;
  detail?: Record<string, unknown>;
};

/** The request's actor, and the record its transaction owes. */
export type Acting = {
  actor: string;
  accountId: string | null;
  address: () => string | null;
  owed: AuditRecord | null;
  noted: boolean;
};

export const acting = new AsyncLocalStorage<Acting>();

/** A log row. A handler's own record replaces the one its request owes. */
export function auditRow({ actor, accountId, action, target, detail = {} }: AuditRecord) {
  const by = acting.getStore();
  if (by) Object.assign(by, { owed: null, noted: true });
  const who = { actor: actor ?? by?.actor ?? 'system', accountId: accountId === undefined ? (by?.accountId ?? null) : accountId };
  return { id: newId(), at: new Date(), ...who, action, target, detail, address: by?.address() ?? null };
}

export async function recordAudit(sql: Sql, record: AuditRecord): Promise<void> {
  await sql.query(
    `insert into audit_log (id, at, actor, account_id, action, target, detail, address) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    Object.values(auditRow(record)),
  );
}

const FORGOTTEN_AT_ONCE = 5000;

export const forgetAudit = (sql: Sql, days: number): Promise<unknown> =>
  sql.query('select forget_audit($1, $2)', [idAt(Date.now() - days * DAY_MS), FORGOTTEN_AT_ONCE]);

/** Records what the request owes, before its transaction commits. Returns what to owe again if it does not. */
export async function settleAudit(sql: Sql): Promise<AuditRecord | null> {
  const owed = acting.getStore()?.owed ?? null;
  if (owed) await recordAudit(sql, owed);
  return owed;
}

export const oweAudit = (owed: AuditRecord | null): void => {
  const by = acting.getStore();
  if (by && owed) Object.assign(by, { owed, noted: false });
};
