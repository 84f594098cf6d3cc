import { createHmac, createSecretKey } from 'node:crypto';
import { openInstallationKey } from '../installation-key.ts';
import type { Secrets } from '../secrets.ts';
import type { Sql } from '../sql.ts';

/** Keyed hash of an erased number on the opt-out list. */
export type HashPhone = (phone: string) => string;

export async function openPhoneHash(sql: Sql, secrets: Secrets): Promise<HashPhone> {
  // A shared KeyObject: building it per message costs a seventh of the throughput.
  const key = createSecretKey(await openInstallationKey(sql, secrets, 'phone-hash'));
  return (phone) => `#${createHmac('sha256', key).update(phone).digest('base64url')}`;
}
