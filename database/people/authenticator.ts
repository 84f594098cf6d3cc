import { randomBytes } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import { hashToken } from './session.ts';
import { affected, type Sql } from '../sql.ts';
import { User } from './user.ts';

const RecoveryCodeSchema = defineEntity({
  name: 'RecoveryCode',
  tableName: 'recovery_codes',
  indexes: [{ properties: ['user'] }],
  properties: {
    /** SHA-256 suffices for 80 random bits. */
    hash: p.blob().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade'),
    createdAt: p.datetime(3),
  },
});
export class RecoveryCode extends RecoveryCodeSchema.class {}
RecoveryCodeSchema.setClass(RecoveryCode);

const CODES = 10;
/** Crockford's alphabet, without ambiguous letters. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

const hashOf = (code: string): Buffer => hashToken(code.toLowerCase().replaceAll(/[\s-]/g, ''));

/** Replaces the ten codes. Shown once; only hashes are stored. */
export async function makeRecoveryCodes(sql: Sql, userId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, () =>
    Array.from(randomBytes(16), (byte) => LETTERS[byte % LETTERS.length])
      .join('')
      .replaceAll(/(.{4})(?=.)/g, '$1-'),
  );
  await affected(sql, 'delete from recovery_codes where user_id = $1', [userId]);
  await affected(
    sql,
    'insert into recovery_codes (hash, user_id, created_at) select hash, $2, now() from unnest($1::bytea[]) as t (hash)',
    [codes.map(hashOf), userId],
  );
  return codes;
}

/** Uses up one of the user's codes; false if it is none. */
export const useRecoveryCode = async (sql: Sql, userId: string, code: string): Promise<boolean> =>
  (await affected(sql, 'delete from recovery_codes where user_id = $1 and hash = $2', [userId, hashOf(code)])) === 1;

/** Removes a user's authenticator. True if there was one. */
export async function dropAuthenticator(sql: Sql, userId: string): Promise<boolean> {
  await affected(sql, 'delete from recovery_codes where user_id = $1', [userId]);
  const dropped = 'update users set totp = null, totp_step = null where id = $1 and totp_step is not null';
  return (await affected(sql, dropped, [userId])) === 1;
}
