import { defineEntity, p } from '@mikro-orm/core';
import { Account } from './account.ts';

export type BrandState = 'requested' | 'confirmed' | 'refused';

/** A sender ID that an account says is its own; an operator confirms it or refuses. */
const BrandSchema = defineEntity({
  name: 'Brand',
  tableName: 'brands',
  uniques: [{ properties: ['account', 'folded'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk().deleteRule('cascade'),
    /** As it was written first. */
    sender: p.text(),
    /** In small letters: one brand however it is written. */
    folded: p.text(),
    state: p.text().$type<BrandState>().default('requested'),
    /** Why it was refused or confirmed, in the operator's words. */
    reason: p.text().nullable(),
    createdAt: p.datetime(3),
    decidedAt: p.datetime(3).nullable(),
  },
});
export class Brand extends BrandSchema.class {}
BrandSchema.setClass(Brand);
