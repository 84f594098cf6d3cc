import { createHmac, createSecretKey } from 'node:crypto';
import { openInstallationKey } from '../installation-key.ts';
import type { Secrets } from '../secrets.ts';
import type { Sql } from '../sql.ts';

/** Stands for an erased phone number on the opt-out list: the same for the same number, and no way back without the key. */
export type HashPhone = (phone: string) => string;

/** Reads the installation's key for phone numbers, or makes it. */
export async function openPhoneHash(sql: Sql, secrets: Secrets): Promise<HashPhone> {
  // A key made once: a hash for each message that goes costs a seventh.
  const key = createSecretKey(await openInstallationKey(sql, secrets, 'phone-hash'));
  return (phone) => `#${createHmac('sha256', key).update(phone).digest('base64url')}`;
}
