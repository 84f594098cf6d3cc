import { defineEntity, p } from '@mikro-orm/core';
import { Account } from './account.ts';

export type Role = 'operator' | 'owner';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    email: p.text().unique(),
    role: p.text().$type<Role>(),
    account: () => p.manyToOne(Account).mapToPk().nullable().deleteRule('restrict'),
    createdAt: p.datetime(3),
  },
});
export class User extends UserSchema.class {}
UserSchema.setClass(User);
