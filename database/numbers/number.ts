import { defineEntity, p } from '@mikro-orm/core';
import type { NumberKind } from '../../domain/sending/sender-policy.ts';
import { Account } from '../account.ts';
import { Carrier } from '../carriers/carrier.ts';

const SmsNumberSchema = defineEntity({
  name: 'SmsNumber',
  tableName: 'numbers',
  uniques: [{ properties: ['carrier', 'number'] }],
  properties: {
    id: p.uuid().primary(),
    carrier: () => p.manyToOne(Carrier).mapToPk(),
    /** A short code as digits, else E.164. */
    number: p.text(),
    kind: p.text().$type<NumberKind>(),
    country: p.text(),
    account: () => p.manyToOne(Account).mapToPk().nullable().deleteRule('restrict'),
    /** SIM slot in its gateway. */
    port: p.smallint().nullable(),
    rentedAt: p.datetime(3).nullable(),
    /** End of the paid months; null if not rented, or without end. */
    rentedUntil: p.datetime(3).nullable(),
    rentMonths: p.integer().default(0),
    renews: p.boolean().default(true),
    toldExpiringAt: p.datetime(3).nullable(),
    /** Last renter and release: late replies are theirs for a while. */
    releasedAt: p.datetime(3).nullable(),
    lastAccountId: p.uuid().nullable(),
    createdAt: p.datetime(3),
  },
});
export class SmsNumber extends SmsNumberSchema.class {}
SmsNumberSchema.setClass(SmsNumber);
