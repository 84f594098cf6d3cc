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
    /** Null for operators' keys. */
    account: () => p.manyToOne(Account).mapToPk().nullable().deleteRule('restrict'),
    user: () => p.manyToOne(User).mapToPk().nullable().deleteRule('restrict'),
    name: p.text(),
    prefix: p.text(),
    /** SHA-256 of the key, which is shown once and not stored. */
    hash: p.blob().unique(),
    /** The previous secret, valid until `oldUntil`. */
    oldHash: p.blob().unique().nullable(),
    oldUntil: p.datetime(3).nullable(),
    /** Null for operators' keys, and for older keys, which keep full access. */
    scopes: p.array().$type<Scope[]>().nullable(),
    /** CIDRs and addresses allowed; null: any. */
    networks: p.array().nullable(),
    expiresAt: p.datetime(3).nullable(),
    lastUsedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    revokedAt: p.datetime(3).nullable(),
  },
});
export class ApiKey extends ApiKeySchema.class {}
ApiKeySchema.setClass(ApiKey);

export const hashKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** A new 256-bit key: `ar_` for accounts, `arop_` for operators. */
export const newKey = (kind: 'account' | 'operator'): { key: string; prefix: string; hash: Buffer } => {
  const key = `${kind === 'operator' ? 'arop' : 'ar'}_${randomBytes(32).toString('base64url')}`;
  return { key, prefix: key.slice(0, 10), hash: hashKey(key) };
};
