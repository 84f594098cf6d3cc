import type { Pool } from 'pg';
import type { Secrets } from './secrets.ts';
import { affected, rows } from './sql.ts';

/** Every column with sealed values; a test finds missing ones. */
export const SEALED = [
  ['callback_endpoints', 'id', 'secrets'],
  ['carriers', 'id', 'secrets'],
  ['identity_providers', 'id', 'client_secret'],
  ['installation_keys', 'name', 'sealed'],
  ['push_subscriptions', 'id', 'sealed'],
  ['setting_requests', 'id', 'secret'],
  ['users', 'id', 'totp'],
] as const;

const PAGE = 500;

/**
 * Reseals everything with the first key of SECRETS_KEY, so that the others can be removed. Safe to repeat and beside running
 * processes: values changed meanwhile are left, sealed by them. Throws on a value no key opens. Returns how many were sealed.
 */
export async function reseal(pool: Pool, secrets: Secrets): Promise<number> {
  let sealed = 0;
  for (const [table, key, column] of SEALED) {
    for (let after = ''; ;) {
      const page = await rows<{ key: string; value: Buffer }>(
        pool,
        `select ${key}::text as key, ${column} as value from ${table} where ${column} is not null and ${key}::text > $1 order by ${key}::text limit ${PAGE}`,
        [after],
      );
      sealed += await affected(
        pool,
        `update ${table} t set ${column} = n.after from unnest($1::text[], $2::bytea[], $3::bytea[]) as n (key, before, after)
         where t.${key}::text = n.key and t.${column} = n.before`,
        [page.map((row) => row.key), page.map((row) => row.value), page.map((row) => secrets.seal(secrets.open(row.value)))],
      );
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      after = last.key;
    }
  }
  return sealed;
}
