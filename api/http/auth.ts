import type { Context, MiddlewareHandler } from 'hono';
import { acting } from '../../database/people/audit.ts';
import type { Platform, TwoWay } from '../../domain/sending/sender-policy.ts';
import { hashKey } from '../../database/people/api-key.ts';
import { markSeen, sessionValues, sessionWith, type Standing } from '../../database/people/session.ts';
import { affected, rows, type Sql } from '../../database/sql.ts';
import { scopesFor, type Scope } from '../../domain/people/key-scopes.ts';
import type { Role } from '../../database/people/user.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import type { AccountEnv, ApiEnv, ApiServices, CallingAccount } from '../services.ts';
import { describeError, routeOf } from './log.ts';
import { createClientIp, isFrom } from './network-address.ts';
import { missing } from './problem.ts';
import { sessionToken } from './session-cookie.ts';

/** The holder of a key or session; an operator's key is an operator. */
type Caller = Standing & {
  keyId: string;
  /** Null: everything the role allows. */
  scopes: Scope[] | null;
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
  onlyFor: string | null;
  closedAt: Date | null;
};

const FORM = /^Bearer +((?:ar|arop)_[A-Za-z0-9_-]{43})$/i;
const ACCOUNT = `a.id, a.name, a.platform, a.country, a.locale, a.time_zone as "timeZone", a.two_way as "twoWay", a.two_way_history->-1->>'reason' as "twoWayReason",
  a.default_sender as "defaultSender", a.closed_at as "closedAt"`;
const SESSION = sessionWith(
  `'user ' || u.id as "keyId", u.role, null::text[] as scopes, case u.role when 'agent-restricted' then u.email end as "onlyFor", ${ACCOUNT}`,
);
/** Neither forms nor other sites can send it: with SameSite, the defence against CSRF. */
const CONSOLE_HEADER = 'x-requested-with';

type KeyRow = Caller & { networks: string[] | null; expired: boolean | null };

/**
 * Looks the key up by its SHA-256, so that timing tells nothing. Asked at every request: a revoked key or a changed account
 * counts at once in every process.
 */
export async function callerByKey(c: Context, header: string, services: ApiServices): Promise<Caller> {
  const { db } = services;
  const key = FORM.exec(header)?.[1];
  if (!key) throw new AppError('unauthenticated', said('key-unknown'));
  const find = async (where: string): Promise<KeyRow | undefined> => {
    const [found] = await rows<KeyRow>(
      db.pool,
      `select k.id as "keyId", case k.role when 'operator' then 'operator' else 'owner' end as role, k.scopes, k.networks,
         k.expires_at <= now() as expired,
           false as "mustEnrol", true as confirmed, false as unseen, null as "onlyFor", ${ACCOUNT}
       from api_keys k left join accounts a on a.id = k.account_id where ${where} and k.revoked_at is null`,
      [hashKey(key)],
    );
    return found;
  };
  // Two statements: one for both would slow down every request.
  const row = (await find('k.hash = $1')) ?? (await find('k.old_hash = $1 and k.old_until > now()'));
  if (!row) throw new AppError('unauthenticated', said('key-unknown'));
  const { networks, expired, ...caller } = row;
  if (caller.closedAt) throw new AppError('forbidden', said('account-closed'));
  if (expired === true) throw new AppError('unauthenticated', said('key-expired'));
  if (networks && !isFrom(createClientIp(services.trustedProxies ?? [])(c), networks))
    throw new AppError('forbidden', said('key-elsewhere'));
  noteUse(caller.keyId, services);
  return caller;
}

const MINUTE_MS = 60_000;
/** When this process last wrote each key's use. */
const noted = new Map<string, number>();

/** Writes the use at most once a minute, without delaying the request. */
function noteUse(keyId: string, { db, log }: ApiServices): void {
  const now = performance.now();
  if (now - (noted.get(keyId) ?? -MINUTE_MS) < MINUTE_MS) return;
  noted.set(keyId, now);
  const stale = `(last_used_at is null or last_used_at < now() - interval '1 minute')`;
  affected(db.pool, `update api_keys set last_used_at = now() where id = $1 and ${stale}`, [keyId]).catch((error: unknown) =>
    log.warn({ error: describeError(error) }, 'the use of a key was not noted'),
  );
}

/** Throws `unauthenticated` without a session, or when it has ended. */
async function callerBySession(c: Context, { db, signInPolicy }: ApiServices): Promise<Caller> {
  const token = sessionToken(c);
  const [row] = token === undefined ? [] : await rows<Caller>(db.pool, SESSION, sessionValues(signInPolicy, token));
  if (!row) throw new AppError('unauthenticated', token ? said('session-ended') : null);
  requireConsole(c);
  return row;
}

/** Throws `not-found`. */
export async function requireAccount(sql: Sql, id: string): Promise<void> {
  if ((await affected(sql, 'select from accounts where id = $1', [id])) === 0) throw missing();
}

/** Throws for a write that the console did not send. */
export function requireConsole(c: Context): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD' || c.req.header(CONSOLE_HEADER) !== undefined) return;
  throw new AppError('forbidden', said('needs-console-header'));
}

const FOR_AGENTS = /^\/v1\/(?:conversations|canned-answers|inbox-views)(?:\/|$)/;
/** A person's own views. */
const ONES_OWN = /^\/v1\/(?:reply|inbox)-views(?:\/|$)/;
/** Not to start a conversation: that needs a number. */
const RESTRICTED = /^\/v1\/(?:conversations\/.|inbox-views)/;
const RESTRICTED_READ = /^\/v1\/(?:conversations|inbox-views|canned-answers|account|stream)(?:\/|$)/;
const AGENTS_READ = /^\/v1\/(?:conversations|inbox-views|canned-answers|account|replies|stream)(?:\/|$)/;

const OWNERS_READ = /^\/v1\/audit(?:[./]|$)/;

export function mayCall(role: Role, method: string, path: string): boolean {
  const reads = method === 'GET' || method === 'HEAD';
  switch (role) {
    case 'owner':
      return true;
    case 'viewer':
      return (reads && !OWNERS_READ.test(path)) || ONES_OWN.test(path);
    case 'agent':
      return (reads ? AGENTS_READ : FOR_AGENTS).test(path);
    case 'agent-restricted':
      return (reads ? RESTRICTED_READ : RESTRICTED).test(path);
    case 'operator':
      return false;
    default:
      throw new Error(`Unknown role ${String(role satisfies never)}`);
  }
}

const callerOf = (c: Context, services: ApiServices): Promise<Caller> => {
  const header = c.req.header('authorization');
  return header === undefined ? callerBySession(c, services) : callerByKey(c, header, services);
};

/** Aborts an open stream when its session ends or its key is revoked. */
export function whileLetIn(c: Context<AccountEnv>, services: ApiServices): { signal: AbortSignal; leave: () => void } {
  const over = new AbortController();
  const leave = services.live.subscribe(c.get('keyId').replace('user ', ''), () => {
    callerOf(c, services).catch((error: unknown) => error instanceof AppError && over.abort());
  });
  return { signal: over.signal, leave };
}

/** A session needs its password given recently for these: people, keys, sign-in, and closing the account. */
const SENSITIVE =
  /^\/v1\/(?:operator\/(?:accounts\/[^/]+\/)?)?(?:keys|users|sign-in-policy|sign-on|close|account\/close)(?:\/|$)/;
/** Opened by the page, not its reader, so not counted as activity. */
const UNATTENDED = /^\/v1\/stream$/;

/** Throws for callers who have to do something else first. */
async function admit(c: Context, { db }: ApiServices, { mustEnrol, confirmed, unseen }: Caller): Promise<void> {
  if (mustEnrol) throw new AppError('authenticator-required');
  if (!confirmed && c.req.method !== 'GET' && SENSITIVE.test(c.req.path)) throw new AppError('password-again');
  if (unseen && !UNATTENDED.test(c.req.path)) await markSeen(db.pool, sessionToken(c));
}

/** Sets the caller for the log line and the audit log. */
export function actsAs(c: Context, keyId: string, accountId: string | null): void {
  c.set('keyId', keyId);
  Object.assign(acting.getStore() ?? {}, { actor: actorOf(keyId), accountId });
}

export const actorOf = (keyId: string): string => (keyId.startsWith('user ') ? keyId : `key ${keyId}`);

/** The one check of scopes. Throws where the key has scopes but none that this call accepts. */
export function requireScope(c: Context, scopes: Scope[] | null): void {
  const needed = scopes && scopesFor(c.req.method, c.req.path);
  if (needed && !needed.some((scope) => scopes.includes(scope)))
    throw new AppError('forbidden', said('key-without-scope', { scopes: needed }));
  c.set('scopes', scopes);
}

/** Lets in account callers, no operators. */
export const accountOnly =
  (services: ApiServices): MiddlewareHandler<AccountEnv> =>
  async (c, next) => {
    const found = await callerOf(c, services);
    const { keyId, scopes, role, id, mustEnrol: _m, confirmed: _c, unseen: _u, closedAt, ...account } = found;
    actsAs(c, keyId, id);
    // An unknown address is answered 404 whatever the caller's rights.
    if (routeOf(c) === 'none') return next();
    await admit(c, services, found);
    if (role === 'operator' || id === null) {
      throw new AppError('forbidden', said('operators-only-operate'));
    }
    if (!mayCall(role, c.req.method, c.req.path)) {
      throw new AppError('forbidden', said('role-may-not', { role }));
    }
    requireScope(c, scopes);
    if (closedAt && !/^(?:GET|HEAD)$/.test(c.req.method) && c.req.path !== '/v1/account/reopen')
      throw new AppError('forbidden', said('account-closed'));
    const caller: CallingAccount = { id, ...account };
    c.set('account', caller);
    await next();
  };

export const operatorOnly =
  (services: ApiServices): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const found = await callerOf(c, services);
    const { keyId, role } = found;
    actsAs(c, keyId, null);
    await admit(c, services, found);
    if (role !== 'operator') {
      throw new AppError('forbidden', said('needs-operator'));
    }
    await next();
  };
