import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';

const CompositionSchema = defineEntity({
  name: 'Composition',
  tableName: 'compositions',
  indexes: [{ properties: ['account', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    /** The campaign that it changes; null: it is not one yet. */
    campaignId: p.uuid().nullable().unique(),
    name: p.text(),
    /** The form as it was left, whatever is still wrong with it. */
    form: p.json<Record<string, unknown>>(),
    /** Recipients as they were pasted. */
    recipients: p.text().nullable(),
    updatedAt: p.datetime(3),
  },
});
export class Composition extends CompositionSchema.class {}
CompositionSchema.setClass(Composition);
