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
    /** `key <id>`, `user <id>`, or a part of the product. Names are kept elsewhere, where they can be erased. */
    actor: p.text(),
    /** Source address of the request, if any. */
    address: p.text().nullable(),
    accountId: p.uuid().nullable(),
    action: p.text(),
    target: p.text(),
    detail: p.json<Record<string, unknown>>(),
  },
});
export class AuditEntry extends AuditEntrySchema.class {}
AuditEntrySchema.setClass(AuditEntry);

/** Records an action in its transaction; the caller flushes. */
export const audit = (em: EntityManager, record: AuditRecord): void => void em.create(AuditEntry, auditRow(record));
