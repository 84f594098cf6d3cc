import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import { sqlUnique } from '../sql-index.ts';
import type { Role } from './user.ts';

/** Where people sign in by OpenID Connect. */
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
    /** Sealed. */
    clientSecret: p.blob(),
    /** The claim that says a person's role, and the role of each of its values; who has none of them gets `defaultRole`. */
    roleClaim: p.text().nullable(),
    roles: p.json<Record<string, Role>>(),
    /** Null: nobody without a role by claim is let in. */
    defaultRole: p.text().$type<Role>().nullable(),
    /** Whether passwords are for owners alone, should the provider be away. */
    required: p.boolean(),
    createdAt: p.datetime(3),
  },
});
export class IdentityProvider extends IdentityProviderSchema.class {}
IdentityProviderSchema.setClass(IdentityProvider);

/** A domain that an account says is its own. It is, once that was proved: then it is nobody else's. */
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
    /** The value of the TXT record. */
    proof: p.text(),
    provedAt: p.datetime(3).nullable(),
    provedBy: p.text().$type<'dns' | 'operator'>().nullable(),
  },
});
export class AccountDomain extends AccountDomainSchema.class {}
AccountDomainSchema.setClass(AccountDomain);

/** A person on the way to a provider: good once, for ten minutes, in the browser that began it. */
const SignOnAttemptSchema = defineEntity({
  name: 'SignOnAttempt',
  tableName: 'sign_on_attempts',
  properties: {
    /** SHA-256 of the state. */
    hash: p.blob().primary(),
    provider: () => p.manyToOne(IdentityProvider).mapToPk().deleteRule('cascade'),
    verifier: p.text(),
    nonce: p.text(),
    /** Whether the provider was to ask for the person again. */
    again: p.boolean(),
    expiresAt: p.datetime(3),
  },
});
export class SignOnAttempt extends SignOnAttemptSchema.class {}
SignOnAttemptSchema.setClass(SignOnAttempt);

/** Somebody who was removed: the provider alone does not bring them back, an invitation does. */
const RemovedIdentitySchema = defineEntity({
  name: 'RemovedIdentity',
  tableName: 'removed_identities',
  primaryKeys: ['provider', 'subject'],
  properties: {
    provider: () => p.manyToOne(IdentityProvider).mapToPk().primary().deleteRule('cascade'),
    subject: p.text().primary(),
    /** SHA-256 of their address. */
    address: p.blob(),
  },
});
export class RemovedIdentity extends RemovedIdentitySchema.class {}
RemovedIdentitySchema.setClass(RemovedIdentity);
