import type { MiddlewareHandler } from 'hono';
import { hashKey } from '../database/api-key.ts';
import { rows } from '../database/sql.ts';
import type { Platform, TwoWay } from '../database/account.ts';
import { AppError } from '../domain/errors.ts';
import type { AccountEnv, ApiEnv, ApiServices, CallingAccount } from './services.ts';

type KeyRow = {
  keyId: string;
  role: 'operator' | 'account';
  id: string | null;
  name: string;
  platform: Platform;
  country: string;
  locale: 'fr' | 'en';
  timeZone: string;
  twoWay: TwoWay;
};

const FORM = /^Bearer +((?:ar|arop)_[A-Za-z0-9_-]{43})$/i;

/**
 * Looks the key up by its SHA-256, so that no comparison takes a time that tells of the key. Asked at every request:
 * a key that is revoked, or an account that changes, counts at once in every process.
 */
async function keyOf(header: string | undefined, { db }: ApiServices): Promise<KeyRow> {
  const key = header === undefined ? undefined : FORM.exec(header)?.[1];
  const [row] = key
    ? await rows<KeyRow>(
        db.pool,
        `select k.id as "keyId", k.role, a.id, a.name, a.platform, a.country, a.locale, a.time_zone as "timeZone", a.two_way as "twoWay"
         from api_keys k left join accounts a on a.id = k.account_id where k.hash = $1 and k.revoked_at is null`,
        [hashKey(key)],
      )
    : [];
  if (row) return row;
  const detail =
    header === undefined
      ? 'The request has no API key. Send the header Authorization: Bearer <your key>.'
      : 'The API key is unknown or revoked. Send Authorization: Bearer <key> with a key that is in use.';
  throw new AppError('unauthenticated', detail);
}

/** Account routes: the caller's account, and no operator's key. */
export const accountOnly =
  (services: ApiServices): MiddlewareHandler<AccountEnv> =>
  async (c, next) => {
    const { keyId, role, id, ...account } = await keyOf(c.req.header('authorization'), services);
    c.set('keyId', keyId);
    if (role !== 'account' || id === null) {
      throw new AppError('forbidden', "This is an operator's key: it opens /v1/operator only. Use a key of the account itself.");
    }
    const caller: CallingAccount = { id, ...account };
    c.set('account', caller);
    await next();
  };

/** Operator routes: operators' keys only. */
export const operatorOnly =
  (services: ApiServices): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const { keyId, role } = await keyOf(c.req.header('authorization'), services);
    c.set('keyId', keyId);
    if (role !== 'operator') {
      throw new AppError(
        'forbidden',
        "This is an account's key. /v1/operator needs an operator's (npm run admin -- create-operator).",
      );
    }
    await next();
  };
