import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';

const SavedListSchema = defineEntity({
  name: 'SavedList',
  tableName: 'saved_lists',
  uniques: [{ properties: ['account', 'name'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    name: p.text(),
    /** Column names; rows are `list_rows` under its id. */
    columns: p.array().default([]),
    listed: p.integer().default(0),
    createdAt: p.datetime(3),
    /** Last change of its rows. */
    filledAt: p.datetime(3).nullable(),
  },
});
export class SavedList extends SavedListSchema.class {}
SavedListSchema.setClass(SavedList);
