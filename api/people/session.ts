import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/problems/errors.ts';
import { requireConsole } from '../http/auth.ts';
import { authenticator } from './authenticator.ts';
import { limitBody } from '../http/body.ts';
import { ownSessions } from './own-sessions.ts';
import { passwords } from './passwords.ts';

import { forAnyone, done } from '../http/route.ts';
import { body } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';
import { endSession, knownDevice, rememberDevice, sessionToken, setSession } from '../http/session-cookie.ts';
import { pushSubscriptions } from './push-subscriptions.ts';
import { singleSignOn } from './single-sign-on.ts';
import { Email, KnownPassword, route, showSession, view } from './session-view.ts';
import { Code, createOrigin, endByToken, openSession, signIn } from './sign-in.ts';

const BODY_LIMIT_BYTES = 4096;

const create = route('post', '/', 'signIn', {
  summary: 'Sign in: answers with a cookie that opens what the user may, beside API keys',
  security: [],
  request: {
    body: body(z.strictObject({ email: Email, password: KnownPassword, code: Code.optional() }).openapi('SignIn')),
  },
  responses: view,
});
const get = route('get', '/', 'getSession', {
  summary: 'Who is signed in',
  request: {
    query: z.strictObject({
      optional: z.literal('true').optional().openapi({ description: 'Without a session, 204 instead of 401' }),
    }),
  },
  responses: { ...view, ...done('Nobody is, where it was `optional`') },
});
const end = route('delete', '/', 'signOut', {
  summary: 'Sign out',
  responses: done('Signed out'),
});
export const sessionRoutes = (services: ApiServices) => {
  const { db, secrets, signInPolicy } = services;
  const originOf = createOrigin(services.trustedProxies);
  const app = forAnyone();
  app.use(limitBody(BODY_LIMIT_BYTES), async (c, next) => {
    requireConsole(c);
    await next();
  });
  return app
    .openapi(create, async (c) => {
      const { email, password, code } = c.req.valid('json');
      const device = knownDevice(c, secrets, email);
      const origin = originOf(c);
      const userId = await signIn(db.pool, secrets, { email, password, code, address: origin.address, device });
      await endByToken(db.pool, sessionToken(c));
      const token = await openSession(db.pool, signInPolicy, { userId, via: 'password', ...origin });
      setSession(c, token, signInPolicy.sessionHours);
      rememberDevice(c, secrets, email);
      return c.json(await showSession(services, token), 200);
    })
    .openapi(get, async (c) => {
      const token = sessionToken(c);
      if (c.req.valid('query').optional === undefined) return c.json(await showSession(services, token), 200);
      const shown = await showSession(services, token).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'unauthenticated') return null;
        throw error;
      });
      return shown === null ? c.body(null, 204) : c.json(shown, 200);
    })
    .openapi(end, async (c) => {
      await endByToken(db.pool, sessionToken(c));
      endSession(c);
      return c.body(null, 204);
    })
    .route('/', passwords(services))
    .route('/', ownSessions(services))
    .route('/', pushSubscriptions(services))
    .route('/', singleSignOn(services))
    .route('/', authenticator(services));
};
