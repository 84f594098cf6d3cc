import { defineEntity, p } from '@mikro-orm/core';
import { sqlIndex } from './sql-index.ts';
import type { Platform, TwoWay } from '../domain/sending/sender-policy.ts';

/** Two-way history, oldest first. */
export type TwoWayStep = {
  state: TwoWay;
  at: string;
  by: string;
  reason: string | null;
  /** Replies a month, as the requester expects. */
  expectedVolume?: number;
};

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'accounts',
  indexes: [sqlIndex('accounts_closed_index', '"accounts" ("id") where "closed_at" is not null')],
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    platform: p.text().$type<Platform>(),
    /** ISO 3166-1 alpha-2: country of numbers without a prefix. */
    country: p.text(),
    locale: p.text().$type<'fr' | 'en'>(),
    timeZone: p.text(),
    twoWay: p.text().$type<TwoWay>(),
    twoWayHistory: p.json<TwoWayStep[]>(),
    /** Replies to messages sent until then are shown even if two-way SMS was off. */
    heldReleasedAt: p.datetime(3).nullable(),
    /** Sender of premium campaigns without one. */
    defaultSender: p.text().nullable(),
    /** Login of Octopush API clients, beside its users' e-mail addresses. */
    octopushLogin: p.text().nullable(),
    /** When it moved from V0 to V2. */
    migratedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    /** Stricter than the installation's: session length, idle time, required authenticator. */
    sessionHours: p.integer().nullable(),
    sessionIdleMinutes: p.integer().nullable(),
    requiresAuthenticator: p.boolean().default(false),
    /** Closed since, to be erased at; null while open. Erased accounts have no name. */
    closedAt: p.datetime(3).nullable(),
    eraseAt: p.datetime(3).nullable(),
    erasedAt: p.datetime(3).nullable(),
  },
});
export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account);

const AccountCounterSchema = defineEntity({
  name: 'AccountCounter',
  tableName: 'account_counters',
  properties: {
    account: () => p.manyToOne(Account).mapToPk().primary(),
    /** Last event position, drawn at the end of a transaction. */
    position: p.bigint('number').default(0),
    /** Counts changes others of the account see, such as assignments. */
    touched: p.bigint('number').default(0),
  },
});
export class AccountCounter extends AccountCounterSchema.class {}
AccountCounterSchema.setClass(AccountCounter);
