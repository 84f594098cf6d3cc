import { defineEntity, p } from '@mikro-orm/core';
import { Account } from './account.ts';

/** How a number came on the list. */
export type OptOutSource = 'reply' | 'import' | 'api' | 'keyword' | 'erasure';

const OptOutSchema = defineEntity({
  name: 'OptOut',
  tableName: 'opt_outs',
  properties: {
    account: () => p.manyToOne(Account).mapToPk().primary(),
    /** E.164; or `#` and a keyed hash, where the contact was erased and only this is left. */
    phone: p.text().primary(),
    since: p.datetime(3),
    replyId: p.uuid().nullable(),
    source: p.text().$type<OptOutSource>().default('reply'),
    reason: p.text().nullable(),
    /** The key that added it; null where a reply did. */
    addedBy: p.text().nullable(),
  },
});
export class OptOut extends OptOutSchema.class {}
OptOutSchema.setClass(OptOut);
