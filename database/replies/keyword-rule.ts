import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import type { KeywordAction } from '../../domain/replies/keyword-rules.ts';
import { sqlUnique } from '../sql-index.ts';

const KeywordRuleSchema = defineEntity({
  name: 'KeywordRule',
  tableName: 'keyword_rules',
  indexes: [
    { properties: ['account', 'id'] },
    sqlUnique('keyword_rules_place', '"keyword_rules" ("account_id", "word", "number", "campaign_id") nulls not distinct'),
  ],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    /** Folded, like a reply's first word. */
    word: p.text(),
    /** Its reply code; null for all. */
    number: p.text().nullable(),
    campaignId: p.uuid().nullable(),
    actions: p.json<KeywordAction[]>(),
    createdAt: p.datetime(3),
  },
});
export class KeywordRule extends KeywordRuleSchema.class {}
KeywordRuleSchema.setClass(KeywordRule);
