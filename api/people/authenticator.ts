import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { Secret } from 'otpauth';
import { oweNotice } from '../../database/mail/notice.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { dropAuthenticator, makeRecoveryCodes } from '../../database/people/authenticator.ts';
import { affected, rows, transaction, type Sql } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { languageOf } from '../../domain/problems/language.ts';
import { because, said } from '../../domain/problems/said.ts';
import { conflict, tooMany } from '../http/problem.ts';
import { forAnyone, ok } from '../http/route.ts';
import { body } from '../http/schemas.ts';
import type { ApiEnv, ApiServices } from '../services.ts';
import { sessionToken } from '../http/session-cookie.ts';
import { KnownPassword, SessionView, route, showSession, view, type Shown } from './session-view.ts';
import { requirePassword, stepOf, totpOf } from './sign-in.ts';

const Digits = z.string().regex(/^\d{6}$/, because('six-digits'));
const Codes = z
  .array(z.string())
  .openapi({ description: 'Each opens once in place of the six digits. Shown this once', example: ['7k2m-x0pq-9d4r-w3ts'] });
const Confirmed = z.object({ session: SessionView, recoveryCodes: Codes }).openapi('ConfirmedTotp');
const WithPassword = z.strictObject({ password: KnownPassword }).openapi('OwnPassword');

const begin = route('post', '/totp', 'beginTotp', {
  summary: 'A secret for an authenticator; it counts once a code of it was sent back',
  responses: ok('Shown this once', z.object({ secret: z.string(), uri: z.string() }).openapi('Totp'), conflict),
});
const confirm = route('put', '/totp', 'confirmTotp', {
  summary: 'Confirm the authenticator with a code: from now on sign-in asks for one',
  request: { body: body(z.strictObject({ code: Digits }).openapi('TotpCode')) },
  responses: ok('Confirmed; with recovery codes for who loses it', Confirmed, conflict),
});
const remake = route('post', '/totp/recovery-codes', 'remakeRecoveryCodes', {
  summary: 'New recovery codes, by the password: those there were open nothing any more',
  request: { body: body(WithPassword) },
  responses: ok('Ten new codes', z.object({ recoveryCodes: Codes }).openapi('RecoveryCodes'), { ...conflict, ...tooMany }),
});
const remove = route('post', '/totp/remove', 'removeTotp', {
  summary:
    'Take the authenticator away, by the password: sign-in asks for nothing else. Who lost it signs in with a recovery code, or asks an owner',
  request: { body: body(WithPassword) },
  responses: { ...view, ...conflict },
});

export const authenticator = (services: ApiServices) => {
  const { db, secrets, runs } = services;
  /** Notes it in the audit log and by mail. */
  async function tell(
    sql: Sql,
    c: Context<ApiEnv>,
    { user, account }: Shown,
    kind: 'authenticator-added' | 'authenticator-removed',
  ) {
    const who = `user ${user.id}`;
    await recordAudit(sql, { actor: who, accountId: account?.id ?? null, action: `user.${kind}`, target: who });
    const locale = languageOf(c.req.header('accept-language'));
    await oweNotice(sql, { to: { userId: user.id, locale }, kind, data: { at: new Date().toISOString() } });
  }
  return forAnyone()
    .openapi(begin, async (c) => {
      const { user, confirmed } = await showSession(services, sessionToken(c));
      if (!confirmed) throw new AppError('password-again');
      const secret = new Secret({ size: 20 }).base32;
      const begun = await affected(db.pool, 'update users set totp = $2 where id = $1 and totp_step is null', [
        user.id,
        secrets.seal(secret),
      ]);
      if (begun === 0) throw new AppError('conflict', said('authenticator-there'));
      const totp = totpOf(secret);
      totp.issuer = 'Aller-Retour';
      totp.label = user.email;
      return c.json({ secret, uri: totp.toString() }, 200);
    })
    .openapi(confirm, async (c) => {
      const shown = await showSession(services, sessionToken(c));
      const { user } = shown;
      const [stored] = await rows<{ totp: Buffer | null }>(db.pool, 'select totp from users where id = $1', [user.id]);
      const step = stored?.totp ? stepOf(secrets.open(stored.totp), c.req.valid('json').code) : null;
      if (step === null) throw new AppError('conflict', said('code-does-not-fit'));
      const recoveryCodes = await transaction(db.pool, async (client) => {
        const set = 'update users set totp_step = $2 where id = $1 and totp_step is null';
        if ((await affected(client, set, [user.id, step])) === 0) throw new AppError('conflict', said('authenticator-there'));
        await tell(client, c, shown, 'authenticator-added');
        return makeRecoveryCodes(client, user.id);
      });
      runs.retryEmails();
      return c.json({ session: await showSession(services, sessionToken(c)), recoveryCodes }, 200);
    })
    .openapi(remake, async (c) => {
      const { user } = await showSession(services, sessionToken(c));
      await requirePassword(db.pool, user, c.req.valid('json').password);
      if (!user.totp) throw new AppError('conflict', said('no-authenticator'));
      const recoveryCodes = await transaction(db.pool, (client) => makeRecoveryCodes(client, user.id));
      return c.json({ recoveryCodes }, 200);
    })
    .openapi(remove, async (c) => {
      const shown = await showSession(services, sessionToken(c));
      const { user } = shown;
      await requirePassword(db.pool, user, c.req.valid('json').password);
      await transaction(db.pool, async (client) => {
        if (!(await dropAuthenticator(client, user.id))) throw new AppError('conflict', said('no-authenticator'));
        await tell(client, c, shown, 'authenticator-removed');
      });
      runs.retryEmails();
      return c.json(await showSession(services, sessionToken(c)), 200);
    });
};
