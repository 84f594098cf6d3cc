import { createHash, randomBytes } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import { affected, rows, type Sql } from '../sql.ts';
import { User } from './user.ts';

const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  indexes: [{ properties: ['user'] }],
  properties: {
    /** SHA-256 of the cookie, which is not stored. */
    hash: p.blob().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade'),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
    id: p.uuid().unique().defaultRaw('gen_random_uuid()'),
    /** To the minute. */
    lastSeenAt: p.datetime(3).defaultRaw('now()'),
    /** Last password or provider sign-in. */
    confirmedAt: p.datetime(3).defaultRaw('now()'),
    /** Network address and User-Agent at sign-in. */
    address: p.text().default(''),
    device: p.text().default(''),
    via: p.text().$type<'password' | 'provider'>().default('password'),
  },
});
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

const InvitationSchema = defineEntity({
  name: 'Invitation',
  tableName: 'invitations',
  indexes: [{ properties: ['user'] }],
  properties: {
    /** SHA-256 of the link's token. */
    hash: p.blob().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade'),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
  },
});
export class Invitation extends InvitationSchema.class {}
InvitationSchema.setClass(Invitation);

const SignInTriesSchema = defineEntity({
  name: 'SignInTries',
  tableName: 'sign_in_tries',
  properties: {
    /** SHA-256 of a user's or a network's address. */
    who: p.blob().primary(),
    tries: p.integer(),
    until: p.datetime(3),
  },
});
export class SignInTries extends SignInTriesSchema.class {}
SignInTriesSchema.setClass(SignInTries);

/** The installation's session rules; accounts may be stricter. */
export type SignInPolicy = { sessionHours: number; idleMinutes: number; authenticator: 'nobody' | 'operators' | 'everybody' };
/** After that the password is asked again before changing a factor, key or person. */
const CONFIRMED_MINUTES = 10;

/** Open sessions, within $2 hours and $3 idle minutes, with user and account. */
const OPEN = `from sessions s join users u on u.id = s.user_id left join accounts a on a.id = u.account_id
  where s.expires_at > now() and s.created_at > now() - make_interval(hours => least($2::int, a.session_hours))
    and s.last_seen_at > now() - make_interval(mins => least($3::int, a.session_idle_minutes))`;
/** Per session: authenticator required by $4 and not set up; password just confirmed. */
const STANDING = `u.totp_step is null and s.via = 'password' and (coalesce(a.requires_authenticator, false) or $4 = 'everybody'
    or $4 = 'operators' and u.role = 'operator') as "mustEnrol",
  s.confirmed_at > now() - interval '${CONFIRMED_MINUTES} minutes' as confirmed,
  s.last_seen_at < now() - interval '1 minute' as unseen`;
export type Standing = { mustEnrol: boolean; confirmed: boolean; unseen: boolean };

const valuesOf = ({ sessionHours, idleMinutes, authenticator }: SignInPolicy) => [sessionHours, idleMinutes, authenticator];

/** Query for a token's open session, with columns of session (s), user (u) and account (a), and its standing. */
export const sessionWith = (columns: string): string => `select ${columns}, ${STANDING} ${OPEN} and s.hash = $1`;
export const sessionValues = (policy: SignInPolicy, token: string): unknown[] => [hashToken(token), ...valuesOf(policy)];

type Seen = { id: string; device: string; address: string; createdAt: Date; lastSeenAt: Date; endsAt: Date; current: boolean };
export const sessionsOf = (sql: Sql, policy: SignInPolicy, userId: string, token: string): Promise<Seen[]> =>
  rows<Seen>(
    sql,
    `select s.id, s.device, s.address, s.created_at as "createdAt", s.last_seen_at as "lastSeenAt", s.hash = $4 as current,
       least(s.created_at + make_interval(hours => least($2::int, a.session_hours)),
         s.last_seen_at + make_interval(mins => least($3::int, a.session_idle_minutes))) as "endsAt"
     ${OPEN} and s.user_id = $1 order by s.last_seen_at desc, s.id`,
    [userId, ...valuesOf(policy).slice(0, 2), hashToken(token)],
  );

/** For `unseen` sessions: at most one write a minute. */
export const markSeen = (sql: Sql, token: string | undefined): Promise<number> =>
  affected(sql, 'update sessions set last_seen_at = now() where hash = $1', [hashToken(token ?? '')]);

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

export const newToken = (): { token: string; hash: Buffer } => {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
};
