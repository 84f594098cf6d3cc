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
    /** The account that rents it. */
    account: () => p.manyToOne(Account).mapToPk().nullable().deleteRule('restrict'),
    /** The slot of the SIM in its gateway. */
    port: p.smallint().nullable(),
    rentedAt: p.datetime(3).nullable(),
    /** The end of the months that are rented; null while nobody rents it, or without end. */
    rentedUntil: p.datetime(3).nullable(),
    /** How many months from `rentedAt` to `rentedUntil`. */
    rentMonths: p.integer().default(0),
    /** Whether another month begins at the end. */
    renews: p.boolean().default(true),
    /** When its renter was told that it ends. */
    toldExpiringAt: p.datetime(3).nullable(),
    /** Who rented it last, and until when: replies that come late are still theirs for a while. */
    releasedAt: p.datetime(3).nullable(),
    lastAccountId: p.uuid().nullable(),
    createdAt: p.datetime(3),
  },
});
export class SmsNumber extends SmsNumberSchema.class {}
SmsNumberSchema.setClass(SmsNumber);
