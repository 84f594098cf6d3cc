import { z } from '@hono/zod-openapi';
import { recordAudit } from '../../database/people/audit.ts';
import { hashPassword } from '../../database/people/password.ts';
import { oweNotice } from '../../database/mail/notice.ts';
import { hashToken } from '../../database/people/session.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { conflict, tooMany } from '../http/problem.ts';
import { forAnyone, done } from '../http/route.ts';
import { body, Locale } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';
import { sessionToken, setSession } from '../http/session-cookie.ts';
import { refuseGuessable } from './guessable-password.ts';
import { Email, KnownPassword, route, showSession, view } from './session-view.ts';
import {
  Code,
  countTry,
  createOrigin,
  forgetTries,
  openSession,
  refuseBesideProvider,
  requirePassword,
  useCode,
  type Enrolled,
} from './sign-in.ts';

const NewPassword = z.string().min(12, 'Choose a password of at least 12 characters').max(200);

const accept = route('post', '/invitation', 'acceptInvitation', {
  summary: 'Choose a password with the token of an invitation or of a mail for who forgot theirs, and be signed in',
  description:
    'Who signs in with an authenticator is asked for a code here too. Whoever was signed in as this person is no more.',
  security: [],
  request: {
    body: body(
      z.strictObject({ token: z.string().max(100), password: NewPassword, code: Code.optional() }).openapi('AcceptInvitation'),
    ),
  },
  responses: view,
});
const change = route('put', '/password', 'changePassword', {
  summary: "Choose another password: the person's other sessions end, and they are told by mail",
  request: { body: body(z.strictObject({ current: KnownPassword, password: NewPassword }).openapi('ChangePassword')) },
  responses: { ...view, ...conflict },
});
const forgotten = route('post', '/forgotten-password', 'forgottenPassword', {
  summary: 'Have a link to choose another password sent, for an hour; answered alike whoever the address is of',
  security: [],
  request: {
    body: body(
      z
        .strictObject({ email: Email, locale: Locale.openapi({ description: 'The language of the mail' }) })
        .openapi('ForgottenPassword'),
    ),
  },
  responses: done('If somebody signs in by this address, the mail is on its way', { ...conflict, ...tooMany }),
});

const NOBODY = '00000000-0000-0000-0000-000000000000';
type Invited = Enrolled & { email: string; accountId: string | null; passwordHash: string | null };
const tooOld = () => new AppError('sign-in-failed', said('link-used'));

export const passwords = (services: ApiServices) => {
  const { db, secrets, runs, publicUrl, signInPolicy } = services;
  const originOf = createOrigin(services.trustedProxies);
  return forAnyone()
    .openapi(accept, async (c) => {
      const { token, password, code } = c.req.valid('json');
      const [invited] = await rows<Invited>(
        db.pool,
        `select u.id, u.email, u.totp, u.totp_step as "totpStep", u.password_hash as "passwordHash",
           u.account_id as "accountId"
         from invitations i join users u on u.id = i.user_id where i.hash = $1 and i.expires_at > now()`,
        [hashToken(token)],
      );
      if (!invited) throw tooOld();
      await refuseGuessable(password, invited.email);
      if (invited.totpStep !== null) await countTry(db.pool, 'user', invited.email);
      const hash = await hashPassword(password);
      const opened = await transaction(db.pool, async (client) => {
        // Only one use wins; after a wrong code the link stays valid.
        if ((await affected(client, 'delete from invitations where hash = $1', [hashToken(token)])) === 0) throw tooOld();
        await useCode(client, secrets, invited, code);
        await refuseBesideProvider(client, invited.id);
        await affected(client, 'update users set password_hash = $2 where id = $1', [invited.id, hash]);
        await affected(client, 'delete from invitations where user_id = $1', [invited.id]);
        await affected(client, 'delete from sessions where user_id = $1', [invited.id]);
        await forgetTries(client, invited.email);
        const who = `user ${invited.id}`;
        await recordAudit(client, {
          actor: who,
          accountId: invited.accountId,
          action: invited.passwordHash === null ? 'user.join' : 'user.reset-password',
          target: who,
        });
        if (invited.passwordHash !== null)
          await oweNotice(client, {
            to: { userId: invited.id },
            kind: 'password-changed',
            data: { at: new Date().toISOString() },
          });
        return openSession(client, signInPolicy, { userId: invited.id, via: 'password', ...originOf(c) });
      });
      runs.retryEmails();
      setSession(c, opened, signInPolicy.sessionHours);
      return c.json(await showSession(services, opened), 200);
    })
    .openapi(change, async (c) => {
      const token = sessionToken(c);
      const { user, account } = await showSession(services, token);
      const { current, password } = c.req.valid('json');
      await requirePassword(db.pool, user, current);
      await refuseGuessable(password, user.email);
      const hash = await hashPassword(password);
      await transaction(db.pool, async (client) => {
        await affected(client, 'update users set password_hash = $2 where id = $1', [user.id, hash]);
        await affected(client, 'delete from invitations where user_id = $1', [user.id]);
        await affected(client, 'delete from sessions where user_id = $1 and hash <> $2', [user.id, hashToken(token ?? '')]);
        const [who, accountId] = [`user ${user.id}`, account?.id ?? null];
        await recordAudit(client, { actor: who, accountId, action: 'user.change-password', target: who });
        await oweNotice(client, { to: { userId: user.id }, kind: 'password-changed', data: { at: new Date().toISOString() } });
      });
      runs.retryEmails();
      return c.json(await showSession(services, token), 200);
    })
    .openapi(forgotten, async (c) => {
      const { email, locale } = c.req.valid('json');
      if (publicUrl === null) throw new AppError('no-mail');
      await countTry(db.pool, 'link-user', email);
      await countTry(db.pool, 'link-address', originOf(c).address);
      const known = 'select id from users where email = $1 and password_hash is not null';
      const [user] = await rows<{ id: string }>(db.pool, known, [email]);
      // Unknown addresses run the same statements, so that timing tells nothing.
      const userId = user?.id ?? NOBODY;
      await oweNotice(db.pool, { to: { userId, locale }, kind: 'password-forgotten', data: { userId, open: null } });
      runs.retryEmails();
      return c.body(null, 204);
    });
};
