import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import { sqlUnique } from '../sql-index.ts';
import type { Role } from './user.ts';

const IdentityProviderSchema = defineEntity({
  name: 'IdentityProvider',
  tableName: 'identity_providers',
  // One for the installation too.
  uniques: [sqlUnique('identity_providers_installation', '"identity_providers" ((1)) where "account_id" is null')],
  properties: {
    id: p.uuid().primary(),
    /** Null: the installation's. */
    account: () => p.manyToOne(Account).mapToPk().nullable().deleteRule('cascade').unique(),
    issuer: p.text(),
    clientId: p.text(),
    clientSecret: p.blob(),
    /** Claim with the user's role, and roles by its values; else `defaultRole`. */
    roleClaim: p.text().nullable(),
    roles: p.json<Record<string, Role>>(),
    /** Null: users without a role by claim are refused. */
    defaultRole: p.text().$type<Role>().nullable(),
    /** Passwords only for owners, in case the provider is down. */
    required: p.boolean(),
    createdAt: p.datetime(3),
  },
});
export class IdentityProvider extends IdentityProviderSchema.class {}
IdentityProviderSchema.setClass(IdentityProvider);

/** A domain an account claims; once proved it is exclusive. */
const AccountDomainSchema = defineEntity({
  name: 'AccountDomain',
  tableName: 'account_domains',
  uniques: [
    { properties: ['account', 'domain'] },
    sqlUnique('account_domains_proved', '"account_domains" ("domain") where "proved_at" is not null'),
  ],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk().deleteRule('cascade'),
    domain: p.text(),
    /** Expected TXT record. */
    proof: p.text(),
    provedAt: p.datetime(3).nullable(),
    provedBy: p.text().$type<'dns' | 'operator'>().nullable(),
  },
});
export class AccountDomain extends AccountDomainSchema.class {}
AccountDomainSchema.setClass(AccountDomain);

/** A sign-in begun at a provider: valid once, for ten minutes, in that browser. */
const SignOnAttemptSchema = defineEntity({
  name: 'SignOnAttempt',
  tableName: 'sign_on_attempts',
  properties: {
    /** SHA-256 of the state. */
    hash: p.blob().primary(),
    provider: () => p.manyToOne(IdentityProvider).mapToPk().deleteRule('cascade'),
    verifier: p.text(),
    nonce: p.text(),
    /** Whether the provider must authenticate again. */
    again: p.boolean(),
    expiresAt: p.datetime(3),
  },
});
export class SignOnAttempt extends SignOnAttemptSchema.class {}
SignOnAttemptSchema.setClass(SignOnAttempt);

/** A removed user: only an invitation brings them back. */
const RemovedIdentitySchema = defineEntity({
  name: 'RemovedIdentity',
  tableName: 'removed_identities',
  primaryKeys: ['provider', 'subject'],
  properties: {
    provider: () => p.manyToOne(IdentityProvider).mapToPk().primary().deleteRule('cascade'),
    subject: p.text().primary(),
    /** SHA-256 of the e-mail address. */
    address: p.blob(),
  },
});
export class RemovedIdentity extends RemovedIdentitySchema.class {}
RemovedIdentitySchema.setClass(RemovedIdentity);
