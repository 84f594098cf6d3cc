import { defineEntity, p } from '@mikro-orm/core';
import type { Policies } from '../../domain/sending/policies.ts';
import { Account } from '../account.ts';

/** An account's policies; without a row the defaults hold. */
const AccountPoliciesSchema = defineEntity({
  name: 'AccountPolicies',
  tableName: 'account_policies',
  properties: {
    account: () => p.manyToOne(Account).mapToPk().primary(),
    stopConfirmation: p.boolean().default(true),
    stopText: p.text().nullable(),
    contactText: p.text().nullable(),
    quietHours: p.text().$type<Policies['quietHours']>().default('warn'),
    quietPreset: p.text().$type<Policies['quietPreset']>().default('standard'),
    lowcostMarketing: p.text().$type<Policies['lowcostMarketing']>().default('warn'),
    landlines: p.text().$type<Policies['landlines']>().default('warn'),
    stopMention: p.text().nullable(),
    missingStop: p.text().$type<Policies['missingStop']>().default('add'),
    brandRegistration: p.text().$type<Policies['brandRegistration']>().default('warn'),
    genericSenders: p.text().$type<Policies['genericSenders']>().default('warn'),
    senderOverrides: p.json<Policies['senderOverrides']>().default('{}'),
    /** Days texts, and contacts after their last message, are kept; null: for ever. */
    keepTextsDays: p.integer().nullable(),
    keepContactsDays: p.integer().nullable(),
    /** Days messages, replies, events and deliveries are kept. */
    keepRowsDays: p.integer().nullable(),
  },
});
export class AccountPolicies extends AccountPoliciesSchema.class {}
AccountPoliciesSchema.setClass(AccountPolicies);
