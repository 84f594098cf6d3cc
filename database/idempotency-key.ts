import { defineEntity, p } from '@mikro-orm/core';
import { Account } from './account.ts';

const IdempotencyKeySchema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_keys',
  properties: {
    account: () => p.manyToOne(Account).mapToPk().primary(),
    key: p.text().primary(),
    /** SHA-256 of method, path and body. */
    requestHash: p.blob(),
    status: p.smallint().nullable(),
    response: p.json<unknown>().nullable(),
    createdAt: p.datetime(3),
    /** Until when the first request may be under way. */
    lockedUntil: p.datetime(3),
  },
});
export class IdempotencyKey extends IdempotencyKeySchema.class {}
IdempotencyKeySchema.setClass(IdempotencyKey);
