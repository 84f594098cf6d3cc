import { defineEntity, p } from '@mikro-orm/core';
import { Account } from './account.ts';

const OptOutSchema = defineEntity({
  name: 'OptOut',
  tableName: 'opt_outs',
  properties: {
    account: () => p.manyToOne(Account).mapToPk().primary(),
    phone: p.text().primary(),
    since: p.datetime(3),
    replyId: p.uuid().nullable(),
  },
});
export class OptOut extends OptOutSchema.class {}
OptOutSchema.setClass(OptOut);
