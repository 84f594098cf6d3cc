import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { Secret, TOTP } from 'otpauth';
import { useRecoveryCode } from '../../database/people/authenticator.ts';
import { isPassword } from '../../database/people/password.ts';
import type { Secrets } from '../../database/secrets.ts';
import { newToken } from '../../database/people/session.ts';
import { affected, rows, type Sql } from '../../database/sql.ts';
import type { Role } from '../../database/people/user.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { because, said } from '../../domain/problems/said.ts';
import { SESSION_DAYS } from '../http/session-cookie.ts';

/**
 * Within a quarter of an hour: failures of one user, of one network address with all who share it, and of a device that the user
 * signed in from before; links asked for by each.
 */
const LIMITS = { user: 10, address: 100, device: 10, 'link-user': 5, 'link-address': 50 } as const;
const STEP_S = 30;
export const Code = z
  .string()
  .trim()
  .regex(/^(\d{6}|[\da-z -]{16,24})$/i, because('code-form'));

export type SignedIn = { token: string; userId: string };
type UserRow = { id: string; role: Role; passwordHash: string | null } & Enrolled;
/** What is known of a person's authenticator: it counts once its step is. */
export type Enrolled = { id: string; totp: Buffer | null; totpStep: string | null };
/** `device` is this user's own, known from an earlier sign-in, else null. */
type Attempt = { email: string; password: string; code: string | undefined; address: string; device: string | null };

const whoOf = (kind: keyof typeof LIMITS, name: string): Buffer => createHash('sha256').update(`${kind} ${name}`).digest();

export const totpOf = (secret: string): TOTP => new TOTP({ secret: Secret.fromBase32(secret), period: STEP_S });

/** The step of time that a code belongs to, null for a wrong one. One step early or late is fine. */
export function stepOf(secret: string, code: string): number | null {
  const timestamp = Date.now();
  const delta = totpOf(secret).validate({ token: code, timestamp, window: 1 });
  return delta === null ? null : Math.floor(timestamp / 1000 / STEP_S) + delta;
}

/** Counts a try before it is looked at, so that many at once are counted too. Throws when there were too many. */
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

/** Failures before a success count no more, and the success itself counts for nobody who shares the address. */
async function forgetTry(sql: Sql, kind: 'user' | 'device', name: string, address: string): Promise<void> {
  await affected(sql, 'delete from sign_in_tries where who = $1 or until < now()', [whoOf(kind, name)]);
  if (kind === 'user')
    await affected(sql, 'update sign_in_tries set tries = tries - 1 where who = $1', [whoOf('address', address)]);
}

/** The same of a person who is signed in. */
export const forgetTries = (sql: Sql, email: string): Promise<number> =>
  affected(sql, 'delete from sign_in_tries where who = $1 or until < now()', [whoOf('user', email)]);

/** The six digits of an authenticator, or one of the recovery codes: each counts once, whoever else uses it at the same moment. */
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
 * A session for who knows the password (and the code). Throws what is wrong without saying whether the user exists. A device that
 * this user signed in from has tries of its own: strangers who guess, and who share its address, do not lock its owner out.
 */
export async function signIn(sql: Sql, secrets: Secrets, { email, password, code, address, device }: Attempt): Promise<SignedIn> {
  const [kind, name] = device === null ? (['user', email] as const) : (['device', device] as const);
  await countTry(sql, kind, name);
  if (device === null) await countTry(sql, 'address', address);
  const [user] = await rows<UserRow>(
    sql,
    `select id, role, password_hash as "passwordHash", totp, totp_step as "totpStep" from users where email = $1`,
    [email],
  );
  if (!(await isPassword(password, user?.passwordHash ?? null)) || !user) {
    throw new AppError('sign-in-failed');
  }
  await useCode(sql, secrets, user, code);
  await forgetTry(sql, kind, name, address);
  return { token: await openSession(sql, user.id), userId: user.id };
}

/** Throws `wrong-password` unless the password is theirs: asked of who is signed in before what a session alone must not do. */
export async function requirePassword(sql: Sql, user: { id: string; email: string }, password: string): Promise<void> {
  await countTry(sql, 'user', user.email);
  const [stored] = await rows<{ hash: string | null }>(sql, 'select password_hash as hash from users where id = $1', [user.id]);
  if (!(await isPassword(password, stored?.hash ?? null))) throw new AppError('wrong-password');
  await forgetTries(sql, user.email);
}

/** What ended goes at the same time. */
export async function openSession(sql: Sql, userId: string): Promise<string> {
  const { token, hash } = newToken();
  await rows(
    sql,
    `with ended as (delete from sessions where expires_at < now())
     insert into sessions (hash, user_id, created_at, expires_at) values ($1, $2, now(), now() + make_interval(days => $3))`,
    [hash, userId, SESSION_DAYS],
  );
  return token;
}
