import { defineEntity, p } from '@mikro-orm/core';
import { sqlIndex } from './sql-index.ts';
import type { Platform, TwoWay } from '../domain/sending/sender-policy.ts';

/** One step of an account's two-way history, oldest first. */
export type TwoWayStep = {
  state: TwoWay;
  at: string;
  by: string;
  reason: string | null;
  /** Replies a month, of who asks. */
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
    /** ISO 3166-1 alpha-2: the country in which numbers without a prefix are read. */
    country: p.text(),
    locale: p.text().$type<'fr' | 'en'>(),
    timeZone: p.text(),
    twoWay: p.text().$type<TwoWay>(),
    twoWayHistory: p.json<TwoWayStep[]>(),
    /** Replies to what was sent until then are shown even if two-way SMS was off. */
    heldReleasedAt: p.datetime(3).nullable(),
    /** Who premium campaigns come from that name no sender. */
    defaultSender: p.text().nullable(),
    /** The login that programs written for Octopush name, beside the e-mail addresses of its people. */
    octopushLogin: p.text().nullable(),
    /** When it was moved from V0 to V2; null for who began there, or is on V0. */
    migratedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    /** Stricter than the installation: how long a session lasts, and lasts unused; who has no authenticator sets one up first. */
    sessionHours: p.integer().nullable(),
    sessionIdleMinutes: p.integer().nullable(),
    requiresAuthenticator: p.boolean().default(false),
    /** Since when it is closed, and from when on it is erased; both null while it is open. What is left afterwards has no name. */
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
    /** The last position drawn for an event of this account. Drawn as the last statement of a transaction. */
    position: p.bigint('number').default(0),
    /** How often people changed something that others of the account look at, such as whose a conversation is. */
    touched: p.bigint('number').default(0),
  },
});
export class AccountCounter extends AccountCounterSchema.class {}
AccountCounterSchema.setClass(AccountCounter);
