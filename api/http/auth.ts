import type { Context, MiddlewareHandler } from 'hono';
import { acting } from '../../database/people/audit.ts';
import type { Platform, TwoWay } from '../../domain/sending/sender-policy.ts';
import { hashKey } from '../../database/people/api-key.ts';
import { hashToken } from '../../database/people/session.ts';
import { rows } from '../../database/sql.ts';
import type { Role } from '../../database/people/user.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import type { AccountEnv, ApiEnv, ApiServices, CallingAccount } from '../services.ts';
import { sessionToken } from './session-cookie.ts';

/** What a key may do is what its owner may; a key of an operator is an operator. */
type Caller = {
  keyId: string;
  role: Role;
  id: string | null;
  name: string;
  platform: Platform;
  country: string;
  locale: 'fr' | 'en';
  timeZone: string;
  twoWay: TwoWay;
  twoWayReason: string | null;
  defaultSender: string | null;
};

const FORM = /^Bearer +((?:ar|arop)_[A-Za-z0-9_-]{43})$/i;
const ACCOUNT = `a.id, a.name, a.platform, a.country, a.locale, a.time_zone as "timeZone", a.two_way as "twoWay", a.two_way_history->-1->>'reason' as "twoWayReason",
  a.default_sender as "defaultSender"`;
/** No form and no other site can send it: with SameSite, what keeps a session's writes its own. */
const CONSOLE_HEADER = 'x-requested-with';

/**
 * Looks the key up by its SHA-256, so that no comparison takes a time that tells of the key. Asked at every request:
 * a key that is revoked, or an account that changes, counts at once in every process.
 */
export async function callerByKey(header: string, { db }: Pick<ApiServices, 'db'>): Promise<Caller> {
  const key = FORM.exec(header)?.[1];
  const [row] = key
    ? await rows<Caller>(
        db.pool,
        `select k.id as "keyId", case k.role when 'operator' then 'operator' else 'owner' end as role, ${ACCOUNT}
         from api_keys k left join accounts a on a.id = k.account_id where k.hash = $1 and k.revoked_at is null`,
        [hashKey(key)],
      )
    : [];
  if (row) return row;
  throw new AppError('unauthenticated', said('key-unknown'));
}

/** Whose session the cookie is. Throws `unauthenticated` without one, or when it has ended. */
async function callerBySession(c: Context, { db }: ApiServices): Promise<Caller> {
  const token = sessionToken(c);
  const [row] = token
    ? await rows<Caller>(
        db.pool,
        `select 'user ' || u.id as "keyId", u.role, ${ACCOUNT}
         from sessions s join users u on u.id = s.user_id left join accounts a on a.id = u.account_id
         where s.hash = $1 and s.expires_at > now()`,
        [hashToken(token)],
      )
    : [];
  if (!row) throw new AppError('unauthenticated', token ? said('session-ended') : null);
  requireConsole(c);
  return row;
}

/** Throws for a write that the console did not send. */
export function requireConsole(c: Context): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD' || c.req.header(CONSOLE_HEADER) !== undefined) return;
  throw new AppError('forbidden', said('needs-console-header'));
}

/** Agents: conversations, and what is needed to read them. */
const FOR_AGENTS = /^\/v1\/(?:conversations|canned-answers)(?:\/|$)/;
/** What is nobody's but their own: how they look at a table. */
const ONES_OWN = /^\/v1\/reply-views(?:\/|$)/;
const AGENTS_READ = /^\/v1\/(?:conversations|canned-answers|account|replies|stream)(?:\/|$)/;

/** Who did what: for owners. */
const OWNERS_READ = /^\/v1\/audit(?:[./]|$)/;

/** What is not said here, a role may not. */
export function mayCall(role: Role, method: string, path: string): boolean {
  const reads = method === 'GET' || method === 'HEAD';
  switch (role) {
    case 'owner':
      return true;
    case 'viewer':
      return (reads && !OWNERS_READ.test(path)) || ONES_OWN.test(path);
    case 'agent':
      return (reads ? AGENTS_READ : FOR_AGENTS).test(path);
    case 'operator':
      return false;
    default:
      throw new Error(`Unknown role ${String(role satisfies never)}`);
  }
}

const callerOf = (c: Context, services: ApiServices): Promise<Caller> => {
  const header = c.req.header('authorization');
  return header === undefined ? callerBySession(c, services) : callerByKey(header, services);
};

/** Whether the request would still be let in: sessions end, and keys are revoked, while a stream is open. */
export const isStillIn = (c: Context, services: ApiServices): Promise<boolean> =>
  callerOf(c, services).then(
    () => true,
    (error: unknown) => !(error instanceof AppError),
  );

/** Who a request is from, for its log line and for the audit log. */
function actsAs(c: Context, keyId: string, accountId: string | null): void {
  c.set('keyId', keyId);
  Object.assign(acting.getStore() ?? {}, { actor: actorOf(keyId), accountId });
}

/** In words: a key, or a person by their session. */
export const actorOf = (keyId: string): string => (keyId.startsWith('user ') ? keyId : `key ${keyId}`);

/** Account routes: the caller's account, and no operator. */
export const accountOnly =
  (services: ApiServices): MiddlewareHandler<AccountEnv> =>
  async (c, next) => {
    const { keyId, role, id, ...account } = await callerOf(c, services);
    actsAs(c, keyId, id);
    if (role === 'operator' || id === null) {
      throw new AppError('forbidden', said('operators-only-operate'));
    }
    if (!mayCall(role, c.req.method, c.req.path)) {
      throw new AppError('forbidden', said('role-may-not', { role }));
    }
    const caller: CallingAccount = { id, ...account };
    c.set('account', caller);
    await next();
  };

/** Operator routes: operators only. */
export const operatorOnly =
  (services: ApiServices): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const { keyId, role } = await callerOf(c, services);
    actsAs(c, keyId, null);
    if (role !== 'operator') {
      throw new AppError('forbidden', said('needs-operator'));
    }
    await next();
  };
