import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { Secret } from 'otpauth';
import { dropAuthenticator, makeRecoveryCodes } from '../../database/people/authenticator.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { because, said } from '../../domain/problems/said.ts';
import { invalid } from '../http/invalid.ts';
import { conflict, problems, tooMany } from '../http/problem.ts';
import { body, json } from '../http/schemas.ts';
import type { ApiEnv, ApiServices } from '../services.ts';
import { sessionToken } from '../http/session-cookie.ts';
import { KnownPassword, SessionView, showSession, tags, view } from './session-view.ts';
import { requirePassword, stepOf, totpOf } from './sign-in.ts';

const Digits = z.string().regex(/^\d{6}$/, because('six-digits'));
const Codes = z
  .array(z.string())
  .openapi({ description: 'Each opens once in place of the six digits. Shown this once', example: ['7k2m-x0pq-9d4r-w3ts'] });
const Confirmed = z.object({ session: SessionView, recoveryCodes: Codes }).openapi('ConfirmedTotp');
const WithPassword = z.strictObject({ password: KnownPassword }).openapi('OwnPassword');

const begin = createRoute({
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
const confirm = createRoute({
  method: 'put',
  path: '/totp',
  operationId: 'confirmTotp',
  tags,
  summary: 'Confirm the authenticator with a code: from now on sign-in asks for one',
  request: { body: body(z.strictObject({ code: Digits }).openapi('TotpCode')) },
  responses: {
    200: { description: 'Confirmed; with recovery codes for who loses it', content: json(Confirmed) },
    ...problems,
    ...conflict,
  },
});
const remake = createRoute({
  method: 'post',
  path: '/totp/recovery-codes',
  operationId: 'remakeRecoveryCodes',
  tags,
  summary: 'New recovery codes, by the password: those there were open nothing any more',
  request: { body: body(WithPassword) },
  responses: {
    200: { description: 'Ten new codes', content: json(z.object({ recoveryCodes: Codes }).openapi('RecoveryCodes')) },
    ...problems,
    ...conflict,
    ...tooMany,
  },
});
const remove = createRoute({
  method: 'post',
  path: '/totp/remove',
  operationId: 'removeTotp',
  tags,
  summary:
    'Take the authenticator away, by the password: sign-in asks for nothing else. Who lost it signs in with a recovery code, or asks an owner',
  request: { body: body(WithPassword) },
  responses: { ...view, ...conflict },
});

/** A person's own authenticator, and what stands in for it. */
export const authenticator = ({ db, secrets }: ApiServices) =>
  new OpenAPIHono<ApiEnv>({ defaultHook: invalid })
    .openapi(begin, async (c) => {
      const { user } = await showSession(db.pool, sessionToken(c));
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
      const { user } = await showSession(db.pool, sessionToken(c));
      const [stored] = await rows<{ totp: Buffer | null }>(db.pool, 'select totp from users where id = $1', [user.id]);
      const step = stored?.totp ? stepOf(secrets.open(stored.totp), c.req.valid('json').code) : null;
      if (step === null) throw new AppError('conflict', said('code-does-not-fit'));
      const recoveryCodes = await transaction(db.pool, async (client) => {
        const set = 'update users set totp_step = $2 where id = $1 and totp_step is null';
        if ((await affected(client, set, [user.id, step])) === 0) throw new AppError('conflict', said('authenticator-there'));
        return makeRecoveryCodes(client, user.id);
      });
      return c.json({ session: await showSession(db.pool, sessionToken(c)), recoveryCodes }, 200);
    })
    .openapi(remake, async (c) => {
      const { user } = await showSession(db.pool, sessionToken(c));
      await requirePassword(db.pool, user, c.req.valid('json').password);
      if (!user.totp) throw new AppError('conflict', said('no-authenticator'));
      const recoveryCodes = await transaction(db.pool, (client) => makeRecoveryCodes(client, user.id));
      return c.json({ recoveryCodes }, 200);
    })
    .openapi(remove, async (c) => {
      const { user } = await showSession(db.pool, sessionToken(c));
      await requirePassword(db.pool, user, c.req.valid('json').password);
      const dropped = await transaction(db.pool, (client) => dropAuthenticator(client, user.id));
      if (!dropped) throw new AppError('conflict', said('no-authenticator'));
      return c.json(await showSession(db.pool, sessionToken(c)), 200);
    });
