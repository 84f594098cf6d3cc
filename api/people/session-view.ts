import { z } from '@hono/zod-openapi';
import { rows } from '../../database/sql.ts';
import { markSeen, sessionValues, sessionWith, type Standing } from '../../database/people/session.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { problems, tooMany } from '../http/problem.ts';
import { routesOf } from '../http/route.ts';
import { Id, iso, json, Locale, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

export const Email = z
  .email()
  .max(200)
  .transform((email) => email.toLowerCase());
/** An existing password; only new ones have a minimum length. */
export const KnownPassword = z.string().max(200);

const eraseAt = Time.nullable().openapi({ description: 'The account is closed, and is erased then; null: it is open' });

const Person = z.object({
  id: Id,
  email: z.string(),
  role: z.enum(['operator', 'owner', 'agent', 'agent-restricted', 'viewer']),
  totp: z.boolean().openapi({ description: 'Whether sign-in asks for a code too' }),
  recoveryCodes: z.number().int().openapi({ description: 'How many are left' }),
});
export const SessionView = z
  .object({
    user: Person,
    account: z
      .object({ id: Id, name: z.string(), platform: z.enum(['v0', 'v2']), locale: Locale, timeZone: z.string(), eraseAt })
      .nullable(),
    mustEnrol: z.boolean().openapi({ description: 'An authenticator is required, and is to be set up before anything else' }),
    confirmed: z
      .boolean()
      .openapi({ description: 'The password was given a moment ago: factors, keys and people may be changed' }),
  })
  .openapi('Session');
export type Shown = z.infer<typeof SessionView>;

export const route = routesOf('Session');
export const view = { 200: { description: 'Who is signed in', content: json(SessionView) }, ...problems, ...tooMany };

export type SignInServices = Pick<ApiServices, 'db' | 'signInPolicy'>;
type Row = z.infer<typeof Person> & {
  accountId: string | null;
  name: string;
  platform: 'v0' | 'v2';
  locale: 'fr' | 'en';
  timeZone: string;
  eraseAt: Date | null;
};

const SESSION = sessionWith(
  `u.id, u.email, u.role, u.totp_step is not null as totp,
   (select count(*)::int from recovery_codes r where r.user_id = u.id) as "recoveryCodes",
   a.id as "accountId", a.name, a.platform, a.locale, a.time_zone as "timeZone", a.erase_at as "eraseAt"`,
);

/** Throws `unauthenticated` without a session, or when it has ended. */
export async function showSession({ db, signInPolicy }: SignInServices, token: string | undefined): Promise<Shown> {
  const [row] = token === undefined ? [] : await rows<Row & Standing>(db.pool, SESSION, sessionValues(signInPolicy, token));
  if (!row) throw new AppError('unauthenticated', said('session-ended'));
  const { accountId, name, platform, locale, timeZone, eraseAt, mustEnrol, confirmed, unseen, ...user } = row;
  if (unseen) await markSeen(db.pool, token);
  const account = accountId === null ? null : { id: accountId, name, platform, locale, timeZone, eraseAt: iso(eraseAt) };
  return { user, account, mustEnrol, confirmed };
}
