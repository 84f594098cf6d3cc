import { createHmac, randomBytes } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import type { Secrets } from './secrets.ts';
import { affected, rows, type Sql } from './sql.ts';

const InstallationKeySchema = defineEntity({
  name: 'InstallationKey',
  tableName: 'installation_keys',
  properties: {
    name: p.text().primary(),
    /** Sealed anew at each start, so that it outlives a rotation of SECRETS_KEY. */
    sealed: p.blob(),
  },
});
export class InstallationKey extends InstallationKeySchema.class {}
InstallationKeySchema.setClass(InstallationKey);

/** What stands for an erased phone number on the opt-out list: the same for the same number, and no way back without the key. */
export type HashPhone = (phone: string) => string;

/** Reads the installation's key for phone numbers, or makes it. */
export async function openPhoneHash(sql: Sql, secrets: Secrets): Promise<HashPhone> {
  const fresh = secrets.seal(randomBytes(32).toString('base64'));
  await affected(sql, `insert into installation_keys (name, sealed) values ('phone-hash', $1) on conflict do nothing`, [fresh]);
  const [row] = await rows<{ sealed: Buffer }>(sql, `select sealed from installation_keys where name = 'phone-hash'`);
  if (!row) throw new Error('The key for phone numbers could not be read');
  const text = secrets.open(row.sealed);
  await affected(sql, `update installation_keys set sealed = $1 where name = 'phone-hash'`, [secrets.seal(text)]);
  const key = Buffer.from(text, 'base64');
  return (phone) => `#${createHmac('sha256', key).update(phone).digest('base64url')}`;
}
