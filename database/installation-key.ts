import { randomBytes } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import type { Secrets } from './secrets.ts';
import { affected, rows, type Sql } from './sql.ts';

const InstallationKeySchema = defineEntity({
  name: 'InstallationKey',
  tableName: 'installation_keys',
  properties: {
    name: p.text().primary(),
    /** Sealed again at each start, to survive rotation of SECRETS_KEY. */
    sealed: p.blob(),
  },
});
export class InstallationKey extends InstallationKeySchema.class {}
InstallationKeySchema.setClass(InstallationKey);

/** Reads or creates the installation's key of that name, 32 bytes. */
export async function openInstallationKey(sql: Sql, secrets: Secrets, name: string): Promise<Buffer> {
  const fresh = secrets.seal(randomBytes(32).toString('base64'));
  await affected(sql, `insert into installation_keys (name, sealed) values ($1, $2) on conflict do nothing`, [name, fresh]);
  const [row] = await rows<{ sealed: Buffer }>(sql, `select sealed from installation_keys where name = $1`, [name]);
  if (!row) throw new Error(`The installation's key ${name} could not be read`);
  const text = secrets.open(row.sealed);
  await affected(sql, `update installation_keys set sealed = $2 where name = $1`, [name, secrets.seal(text)]);
  return Buffer.from(text, 'base64');
}
