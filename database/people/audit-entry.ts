import { defineEntity, p } from '@mikro-orm/core';

const AuditEntrySchema = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_log',
  indexes: [{ properties: ['accountId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    at: p.datetime(3),
    /** The key or the part of the product that did it. */
    actor: p.text(),
    accountId: p.uuid().nullable(),
    action: p.text(),
    target: p.text(),
    detail: p.json<Record<string, unknown>>(),
  },
});
export class AuditEntry extends AuditEntrySchema.class {}
AuditEntrySchema.setClass(AuditEntry);
