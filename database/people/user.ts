import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import { IdentityProvider } from './identity-provider.ts';

/**
 * owner: everything of the account; agent: its conversations; agent-restricted: those that are theirs or nobody's, without numbers;
 * viewer: reads. An operator belongs to no account.
 */
export type Role = 'operator' | 'owner' | 'agent' | 'agent-restricted' | 'viewer';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  indexes: [{ properties: ['account'] }],
  uniques: [{ properties: ['provider', 'subject'] }],
  properties: {
    id: p.uuid().primary(),
    email: p.text().unique(),
    /** The address that was invited, where somebody of another account has it: nobody joins by this row, and nobody is told why. */
    invitedAs: p.text().nullable(),
    role: p.text().$type<Role>(),
    account: () => p.manyToOne(Account).mapToPk().nullable().deleteRule('restrict'),
    /** argon2id in PHC form; null until an invitation is accepted. */
    passwordHash: p.text().nullable(),
    /** The sealed secret of the authenticator. */
    totp: p.blob().nullable(),
    /** The last step of time whose code was used: no code opens twice. Null until the authenticator is confirmed. */
    totpStep: p.bigint('number').nullable(),
    /** Who of which provider they are, once they signed in by it. */
    provider: () => p.manyToOne(IdentityProvider).mapToPk().nullable().deleteRule('set null'),
    subject: p.text().nullable(),
    createdAt: p.datetime(3),
  },
});
export class User extends UserSchema.class {}
UserSchema.setClass(User);
