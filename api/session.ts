import { getConnInfo } from '@hono/node-server/conninfo';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { Secret } from 'otpauth';
import { hashPassword } from '../database/password.ts';
import { hashToken } from '../database/session.ts';
import { affected, rows, transaction } from '../database/sql.ts';
import { AppError } from '../domain/errors.ts';
import { requireConsole } from './auth.ts';
import { limitBody } from './body.ts';
import { invalid } from './invalid.ts';
import { conflict, problems, tooMany } from './problem.ts';
import { body, Id, json, Locale } from './schemas.ts';
import type { ApiEnv, ApiServices } from './services.ts';
import { endSession, sessionToken, setSession } from './session-cookie.ts';
import { openSession, removeAuthenticator, signIn, stepOf, totpOf } from './sign-in.ts';

const Email = z
  .email()
  .max(200)
  .transform((email) => email.toLowerCase());
export const Password = z.string().min(12, 'Choose a password of at least 12 characters').max(200);
const Code = z.string().regex(/^\d{6}$/, 'Send the six digits of the authenticator');
const BODY_LIMIT_BYTES = 4096;

const SessionView = z
  .object({
    user: z.object({ id: Id, email: z.string(), role: z.enum(['operator', 'owner', 'agent', 'viewer']), totp: z.boolean() }),
    account: z
      .object({ id: Id, name: z.string(), platform: z.enum(['v0', 'v2']), locale: Locale, timeZone: z.string() })
      .nullable(),
  })
  .openapi('Session');

const tags = ['Session'];
const view = { 200: { description: 'Who is signed in', content: json(SessionView) }, ...problems, ...tooMany };
const create = createRoute({
  method: 'post',
  path: '/',
  operationId: 'signIn',
  tags,
  summary: 'Sign in: answers with a cookie that opens what the user may, beside API keys',
  security: [],
  request: {
    body: body(z.strictObject({ email: Email, password: z.string().max(200), code: Code.optional() }).openapi('SignIn')),
  },
  responses: view,
});
const get = createRoute({
  method: 'get',
  path: '/',
  operationId: 'getSession',
  tags,
  summary: 'Who is signed in',
  responses: view,
});
const end = createRoute({
  method: 'delete',
  path: '/',
  operationId: 'signOut',
  tags,
  summary: 'Sign out',
  responses: { 204: { description: 'Signed out' }, ...problems },
});
const accept = createRoute({
  method: 'post',
  path: '/invitation',
  operationId: 'acceptInvitation',
  tags,
  summary: "Choose a password with an invitation's token, and be signed in",
  security: [],
  request: { body: body(z.strictObject({ token: z.string().max(100), password: Password }).openapi('AcceptInvitation')) },
  responses: view,
});
const beginTotp = createRoute({
  method: 'post',
  path: '/totp',
  operationId: 'beginTotp',
  tags,
  summary: 'A secret for an authenticator; it counts once a code of it was sent back',
  responses: {
    200: { description: 'Shown this once', content: json(z.object({ secret: z.string(), uri: z.string() }).openapi('Totp')) },
    ...problems,
    ...conflict,
  },
});
const confirmTotp = createRoute({
  method: 'put',
  path: '/totp',
  operationId: 'confirmTotp',
  tags,
  summary: 'Confirm the authenticator with a code: from now on sign-in asks for one',
  request: { body: body(z.strictObject({ code: Code }).openapi('TotpCode')) },
  responses: { ...view, ...conflict },
});
const removeTotp = createRoute({
  method: 'post',
  path: '/totp/remove',
  operationId: 'removeTotp',
  tags,
  summary:
    'Take the authenticator away with a last code of it: sign-in asks for the password alone. Who lost it asks an operator',
  request: { body: body(z.strictObject({ code: Code }).openapi('LastTotpCode')) },
  responses: { ...view, ...conflict },
});

type Row = z.infer<typeof SessionView>['user'] & {
  accountId: string | null;
  name: string;
  platform: 'v0' | 'v2';
  locale: 'fr' | 'en';
  timeZone: string;
};

/** The network address that asks; none where there is no socket. */
function addressOf(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? '';
  } catch {
    return '';
  }
}

/** Signing in and out, and what a person sets for themselves. */
export const sessionRoutes = ({ db, secrets }: ApiServices) => {
  async function show(token: string | undefined): Promise<z.infer<typeof SessionView>> {
    const [row] = await rows<Row>(
      db.pool,
      `select u.id, u.email, u.role, u.totp_step is not null as totp, a.id as "accountId", a.name, a.platform, a.locale,
         a.time_zone as "timeZone"
       from sessions s join users u on u.id = s.user_id left join accounts a on a.id = u.account_id
       where s.hash = $1 and s.expires_at > now()`,
      [hashToken(token ?? '')],
    );
    if (!row) throw new AppError('unauthenticated', 'Nobody is signed in, or the session has ended.');
    const { accountId, name, platform, locale, timeZone, ...user } = row;
    return { user, account: accountId === null ? null : { id: accountId, name, platform, locale, timeZone } };
  }

  const app = new OpenAPIHono<ApiEnv>({ defaultHook: invalid });
  app.use(limitBody(BODY_LIMIT_BYTES), async (c, next) => {
    requireConsole(c);
    await next();
  });
  return app
    .openapi(create, async (c) => {
      const { email, password, code } = c.req.valid('json');
      const { token } = await signIn(db.pool, secrets, { email, password, code, address: addressOf(c) });
      setSession(c, token);
      return c.json(await show(token), 200);
    })
    .openapi(get, async (c) => c.json(await show(sessionToken(c)), 200))
    .openapi(end, async (c) => {
      await affected(db.pool, 'delete from sessions where hash = $1', [hashToken(sessionToken(c) ?? '')]);
      endSession(c);
      return c.body(null, 204);
    })
    .openapi(accept, async (c) => {
      const { token, password } = c.req.valid('json');
      const hash = await hashPassword(password);
      const opened = await transaction(db.pool, async (client) => {
        const [invited] = await rows<{ id: string }>(
          client,
          `with taken as (delete from invitations where hash = $1 and expires_at > now() returning user_id)
           update users set password_hash = $2 from taken where users.id = taken.user_id returning users.id`,
          [hashToken(token), hash],
        );
        if (!invited)
          throw new AppError('sign-in-failed', 'The invitation was used already, or is too old. Ask for another one.');
        return openSession(client, invited.id);
      });
      setSession(c, opened);
      return c.json(await show(opened), 200);
    })
    .openapi(beginTotp, async (c) => {
      const { user } = await show(sessionToken(c));
      const secret = new Secret({ size: 20 }).base32;
      const begun = await affected(db.pool, 'update users set totp = $2 where id = $1 and totp_step is null', [
        user.id,
        secrets.seal(secret),
      ]);
      if (begun === 0) throw new AppError('conflict', 'There is an authenticator already.');
      const totp = totpOf(secret);
      totp.issuer = 'Aller-Retour';
      totp.label = user.email;
      return c.json({ secret, uri: totp.toString() }, 200);
    })
    .openapi(confirmTotp, async (c) => {
      const { user } = await show(sessionToken(c));
      const [stored] = await rows<{ totp: Buffer | null }>(db.pool, 'select totp from users where id = $1', [user.id]);
      const step = stored?.totp ? stepOf(secrets.open(stored.totp), c.req.valid('json').code) : null;
      if (step === null) throw new AppError('conflict', 'The code does not fit. Look whether the clock of your phone is right.');
      await affected(db.pool, 'update users set totp_step = $2 where id = $1 and totp_step is null', [user.id, step]);
      return c.json(await show(sessionToken(c)), 200);
    })
    .openapi(removeTotp, async (c) => {
      const { user } = await show(sessionToken(c));
      await removeAuthenticator(db.pool, secrets, user, c.req.valid('json').code);
      return c.json(await show(sessionToken(c)), 200);
    });
};
