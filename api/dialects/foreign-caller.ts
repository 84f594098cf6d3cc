import { rows } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import type { Context } from 'hono';
import { routeOf } from '../http/log.ts';
import { actsAs, callerByKey, requireScope } from '../http/auth.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

/** Some clients encode the login twice. */
function decodedLogin(login: string): string {
  if (!/%40/i.test(login)) return login.trim();
  try {
    return decodeURIComponent(login).trim();
  } catch {
    return login.trim();
  }
}

/**
 * Authenticates by key and login: the key decides, and the login must belong to a person of its account or be the account's own.
 * Throws `unauthenticated`, also for operators' keys.
 */
export async function foreignCaller(c: Context<AccountEnv>, services: ApiServices, login: string, key: string): Promise<void> {
  const { keyId, role, id, scopes, ...account } = await callerByKey(c, `Bearer ${key.trim()}`, services);
  if (id === null || role === 'operator') throw new AppError('unauthenticated');
  const [known] = await rows(
    services.db.pool,
    `select from accounts a where a.id = $1 and (lower(a.octopush_login) = lower($2)
       or exists (select from users u where u.account_id = a.id and lower(u.email) = lower($2)))`,
    [id, decodedLogin(login)],
  );
  if (!known) throw new AppError('unauthenticated');
  if (routeOf(c) !== 'none') requireScope(c, scopes);
  actsAs(c, keyId, id);
  c.set('account', { id, ...account });
}
