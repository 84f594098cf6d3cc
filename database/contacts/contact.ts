import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';

const ContactSchema = defineEntity({
  name: 'Contact',
  tableName: 'contacts',
  uniques: [{ properties: ['account', 'phone'] }],
  indexes: [{ properties: ['account', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    phone: p.text(),
    firstName: p.text().nullable(),
    lastName: p.text().nullable(),
    tags: p.array().default([]),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});
export class Contact extends ContactSchema.class {}
ContactSchema.setClass(Contact);
