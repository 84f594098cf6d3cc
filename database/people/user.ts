import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import { IdentityProvider } from './identity-provider.ts';

/**
 * owner: everything of the account; agent: its conversations; agent-restricted: own and unassigned ones, without numbers; viewer:
 * read only. Operators belong to no account.
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
    /** Invited address that belongs to another account's user: the invitation can't be accepted, and nobody learns why. */
    invitedAs: p.text().nullable(),
    role: p.text().$type<Role>(),
    account: () => p.manyToOne(Account).mapToPk().nullable().deleteRule('restrict'),
    /** argon2id PHC string; null until the invitation is accepted. */
    passwordHash: p.text().nullable(),
    totp: p.blob().nullable(),
    /** Last used TOTP step, against reuse; null until confirmed. */
    totpStep: p.bigint('number').nullable(),
    /** Identity at the provider, after the first such sign-in. */
    provider: () => p.manyToOne(IdentityProvider).mapToPk().nullable().deleteRule('set null'),
    subject: p.text().nullable(),
    createdAt: p.datetime(3),
  },
});
export class User extends UserSchema.class {}
UserSchema.setClass(User);
