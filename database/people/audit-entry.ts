import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { auditRow, type AuditRecord } from './audit.ts';

const AuditEntrySchema = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_log',
  indexes: [{ properties: ['accountId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    at: p.datetime(3),
    /** `key <id>`, `user <id>`, or the part of the product that did it. Whoever it was has a name elsewhere, and may lose it. */
    actor: p.text(),
    /** Where the request came from, as sign-in counts it; null for what no request did. */
    address: p.text().nullable(),
    accountId: p.uuid().nullable(),
    action: p.text(),
    target: p.text(),
    detail: p.json<Record<string, unknown>>(),
  },
});
export class AuditEntry extends AuditEntrySchema.class {}
AuditEntrySchema.setClass(AuditEntry);

/** Notes what was done, in the transaction that does it: the caller flushes. */
export const audit = (em: EntityManager, record: AuditRecord): void => void em.create(AuditEntry, auditRow(record));
