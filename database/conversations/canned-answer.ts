import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';

const CannedAnswerSchema = defineEntity({
  name: 'CannedAnswer',
  tableName: 'canned_answers',
  indexes: [{ properties: ['account', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    name: p.text(),
    /** With merge tags, filled in when chosen. */
    text: p.text(),
    createdAt: p.datetime(3),
  },
});
export class CannedAnswer extends CannedAnswerSchema.class {}
CannedAnswerSchema.setClass(CannedAnswer);
