import { createHash, randomBytes } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import type { Scope } from '../../domain/people/key-scopes.ts';
import { Account } from '../account.ts';
import { User } from './user.ts';

const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    id: p.uuid().primary(),
    role: p.text().$type<'operator' | 'account'>(),
    /** Null on an operator's key. */
    account: () => p.manyToOne(Account).mapToPk().nullable().deleteRule('restrict'),
    user: () => p.manyToOne(User).mapToPk().nullable().deleteRule('restrict'),
    name: p.text(),
    /** The first characters of the key, to recognise it by. */
    prefix: p.text(),
    /** SHA-256 of the key: the key itself is shown once and kept nowhere. */
    hash: p.blob().unique(),
    /** The secret before a rotation: it opens until then. */
    oldHash: p.blob().unique().nullable(),
    oldUntil: p.datetime(3).nullable(),
    /** Its scopes. Null on an operator's, and on one from before there were scopes: it opens what it did. */
    scopes: p.array().$type<Scope[]>().nullable(),
    /** CIDRs and addresses that it is taken from. Null: from everywhere. */
    networks: p.array().nullable(),
    expiresAt: p.datetime(3).nullable(),
    /** To the minute. */
    lastUsedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    revokedAt: p.datetime(3).nullable(),
  },
});
export class ApiKey extends ApiKeySchema.class {}
ApiKeySchema.setClass(ApiKey);

export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** A new key of 256 bits: `ar_` for an account, `arop_` for an operator. */
export const newKey = (kind: 'account' | 'operator'): { key: string; prefix: string; hash: Buffer } => {
  const key = `${kind === 'operator' ? 'arop' : 'ar'}_${randomBytes(32).toString('base64url')}`;
  return { key, prefix: key.slice(0, 10), hash: hashKey(key) };
};
