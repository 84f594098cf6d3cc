import { defineEntity, p } from '@mikro-orm/core';
import { Account } from './account.ts';

const ReplyEmailSchema = defineEntity({
  name: 'ReplyEmail',
  tableName: 'reply_emails',
  uniques: [{ properties: ['account', 'address'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    address: p.text(),
    locale: p.text().$type<'fr' | 'en'>(),
    createdAt: p.datetime(3),
    deletedAt: p.datetime(3).nullable(),
  },
});
export class ReplyEmail extends ReplyEmailSchema.class {}
ReplyEmailSchema.setClass(ReplyEmail);
