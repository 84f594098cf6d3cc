import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';

const CompositionSchema = defineEntity({
  name: 'Composition',
  tableName: 'compositions',
  indexes: [{ properties: ['account', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    /** The campaign it changes; null for a new one. */
    campaignId: p.uuid().nullable().unique(),
    name: p.text(),
    /** The form as left, valid or not. */
    form: p.json<Record<string, unknown>>(),
    /** As pasted. */
    recipients: p.text().nullable(),
    updatedAt: p.datetime(3),
  },
});
export class Composition extends CompositionSchema.class {}
CompositionSchema.setClass(Composition);
