import { rows, type Sql } from '../../database/sql.ts';

/** The caller's name for colleagues: a person's e-mail address, or a key's name. */
export async function personOf(sql: Sql, keyId: string): Promise<string> {
  const user = /^user (.*)$/.exec(keyId)?.[1];
  const [row] = await (user === undefined
    ? rows<{ name: string }>(sql, 'select name from api_keys where id = $1', [keyId])
    : rows<{ name: string }>(sql, 'select email as name from users where id = $1', [user]));
  return row?.name ?? keyId;
}
