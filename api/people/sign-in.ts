import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { Secret, TOTP } from 'otpauth';
import { useRecoveryCode } from '../../database/people/authenticator.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { isPassword } from '../../database/people/password.ts';
import type { Secrets } from '../../database/secrets.ts';
import { hashToken, newToken, type Session, type SignInPolicy } from '../../database/people/session.ts';
import { affected, rows, type Sql } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { because, said } from '../../domain/problems/said.ts';
import { createClientAddress } from '../http/network-address.ts';

/** Tries within 15 minutes: failed sign-ins per user, network address and known device; requested links per user and address. */
const LIMITS = { user: 10, address: 100, device: 10, 'link-user': 5, 'link-address': 50 } as const;
const STEP_S = 30;
export const Code = z
  .string()
  .trim()
  .regex(/^(\d{6}|[\da-z -]{16,24})$/i, because('code-form'));

type UserRow = { id: string; accountId: string | null; passwordHash: string | null } & Enrolled;
/** Active once `totpStep` is set. */
export type Enrolled = { id: string; totp: Buffer | null; totpStep: string | null };
/** `device`: known from this user's earlier sign-in, else null. */
type Attempt = { email: string; password: string; code: string | undefined; address: string; device: string | null };
export type Origin = { address: string; device: string };

export function createOrigin(trustedProxies: readonly string[] = []): (c: Context) => Origin {
  const addressOf = createClientAddress(trustedProxies);
  return (c) => ({ address: addressOf(c), device: (c.req.header('user-agent') ?? '').slice(0, 300) });
}

const whoOf = (kind: keyof typeof LIMITS, name: string): Buffer => createHash('sha256').update(`${kind} ${name}`).digest();

export const totpOf = (secret: string): TOTP => new TOTP({ secret: Secret.fromBase32(secret), period: STEP_S });

/** The time step of a code, one early or late included; null for a wrong code. */
export function stepOf(secret: string, code: string): number | null {
  const timestamp = Date.now();
  const delta = totpOf(secret).validate({ token: code, timestamp, window: 1 });
  return delta === null ? null : Math.floor(timestamp / 1000 / STEP_S) + delta;
}

/** Counts before checking, so that parallel tries count too. Throws when there were too many. */
export async function countTry(sql: Sql, kind: keyof typeof LIMITS, name: string): Promise<void> {
  const [{ tries } = { tries: 1 }] = await rows<{ tries: number }>(
    sql,
    `insert into sign_in_tries as t (who, tries, until) values ($1, 1, now() + interval '15 minutes')
     on conflict (who) do update set
       tries = case when t.until < now() then 1 else t.tries + 1 end,
       until = case when t.until < now() then excluded.until else t.until end
     returning tries`,
    [whoOf(kind, name)],
  );
  if (tries > LIMITS[kind]) {
    throw new AppError('too-many-attempts');
  }
}

/** A success clears the user's failures and does not count for its address. */
async function forgetTry(sql: Sql, kind: 'user' | 'device', name: string, address: string): Promise<void> {
  await affected(sql, 'delete from sign_in_tries where who = $1 or until < now()', [whoOf(kind, name)]);
  if (kind === 'user')
    await affected(sql, 'update sign_in_tries set tries = tries - 1 where who = $1', [whoOf('address', address)]);
}

export const forgetTries = (sql: Sql, email: string): Promise<number> =>
  affected(sql, 'delete from sign_in_tries where who = $1 or until < now()', [whoOf('user', email)]);

/** Checks a code or recovery code; each is valid once, also in parallel. */
export async function useCode(sql: Sql, secrets: Secrets, user: Enrolled, code: string | undefined): Promise<void> {
  if (user.totp === null || user.totpStep === null) return;
  if (code === undefined) throw new AppError('code-required');
  if (!/^\d{6}$/.test(code)) {
    if (await useRecoveryCode(sql, user.id, code)) return;
    throw new AppError('sign-in-failed', said('recovery-code-used'));
  }
  const step = stepOf(secrets.open(user.totp), code);
  const used =
    step !== null && (await affected(sql, 'update users set totp_step = $2 where id = $1 and totp_step < $2', [user.id, step]));
  if (used !== 1) throw new AppError('sign-in-failed', said('code-used'));
}

/**
 * Returns the user id. Throws without telling whether the user exists. A known device has its own count, so that guessing
 * strangers on the same address can't lock its owner out.
 */
export async function signIn(sql: Sql, secrets: Secrets, { email, password, code, address, device }: Attempt): Promise<string> {
  const [kind, name] = device === null ? (['user', email] as const) : (['device', device] as const);
  await countTry(sql, kind, name);
  if (device === null) await countTry(sql, 'address', address);
  const [user] = await rows<UserRow>(
    sql,
    `select id, account_id as "accountId", password_hash as "passwordHash", totp, totp_step as "totpStep" from users where email = $1`,
    [email],
  );
  if (!(await isPassword(password, user?.passwordHash ?? null)) || !user) {
    await noteRefused(sql, user, 'password');
    throw new AppError('sign-in-failed');
  }
  try {
    await useCode(sql, secrets, user, code);
    await refuseBesideProvider(sql, user.id);
  } catch (error) {
    await noteRefused(sql, user, error instanceof AppError ? (error.said?.say ?? error.code) : 'error');
    throw error;
  }
  await forgetTry(sql, kind, name, address);
  return user.id;
}

/** Only by id: the typed address may be anybody's. */
const noteRefused = (sql: Sql, user: UserRow | undefined, why: string): Promise<void> =>
  recordAudit(sql, {
    actor: 'nobody',
    accountId: user?.accountId ?? null,
    action: 'session.refused',
    target: `user ${user?.id ?? 'unknown'}`,
    detail: { why },
  });

/** Throws where the provider is required; owners and operators keep passwords, should it be away. */
export async function refuseBesideProvider(sql: Sql, userId: string): Promise<void> {
  const [bound] = await rows(
    sql,
    `select from users u join identity_providers p on p.required and (p.account_id = u.account_id or p.account_id is null)
     where u.id = $1 and u.role not in ('owner', 'operator')`,
    [userId],
  );
  if (bound) throw new AppError('sign-in-failed', said('sign-on-only'));
}

/** Throws `wrong-password`. For actions that a session alone must not do. */
export async function requirePassword(sql: Sql, user: { id: string; email: string }, password: string): Promise<void> {
  await countTry(sql, 'user', user.email);
  const [stored] = await rows<{ hash: string | null }>(sql, 'select password_hash as hash from users where id = $1', [user.id]);
  if (!(await isPassword(password, stored?.hash ?? null))) throw new AppError('wrong-password');
  await forgetTries(sql, user.email);
}

/** Deletes ended sessions too. */
export async function openSession(
  sql: Sql,
  { sessionHours, idleMinutes }: SignInPolicy,
  {
    userId,
    via,
    address,
    device,
    confirmedAt = new Date(),
  }: Origin & { userId: string; via: Session['via']; confirmedAt?: Date },
): Promise<string> {
  const { token, hash } = newToken();
  const [opened] = await rows<{ accountId: string | null }>(
    sql,
    `with ended as (delete from sessions where expires_at < now() or last_seen_at < now() - make_interval(mins => $idleMinutes))
     insert into sessions (hash, user_id, created_at, expires_at, via, address, device, confirmed_at)
     values ($hash, $userId, now(), now() + make_interval(hours => $sessionHours), $via, $address, $device, $confirmedAt)
     returning (select account_id from users where id = $userId) as "accountId"`,
    { hash, userId, sessionHours, idleMinutes, via, address, device, confirmedAt },
  );
  const who = `user ${userId}`;
  const accountId = opened?.accountId ?? null;
  await recordAudit(sql, { actor: who, accountId, action: 'session.open', target: who, detail: { via } });
  return token;
}

export async function endByToken(sql: Sql, token: string | undefined): Promise<void> {
  const [ended] = await rows<{ id: string; accountId: string | null }>(
    sql,
    `delete from sessions s using users u where s.hash = $1 and u.id = s.user_id returning u.id, u.account_id as "accountId"`,
    [hashToken(token ?? '')],
  );
  if (!ended) return;
  const who = `user ${ended.id}`;
  await recordAudit(sql, { actor: who, accountId: ended.accountId, action: 'session.end', target: who });
}
