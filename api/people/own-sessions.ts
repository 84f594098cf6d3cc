import { z } from '@hono/zod-openapi';
import Bowser from 'bowser';
import { recordAudit } from '../../database/people/audit.ts';
import { hashToken, newToken, sessionsOf } from '../../database/people/session.ts';
import { affected } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { missing, notFound } from '../http/problem.ts';
import { forAnyone, done, ok } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import { sessionToken, setSession } from '../http/session-cookie.ts';
import type { ApiServices } from '../services.ts';
import { KnownPassword, route, showSession, view } from './session-view.ts';
import { requirePassword } from './sign-in.ts';

const OwnSession = z
  .object({
    id: Id,
    current: z.boolean().openapi({ description: 'Whether it is the one that asks' }),
    device: z.string().openapi({ description: 'Browser and system, as the browser names them; empty where it did not' }),
    address: z.string().openapi({
      description: 'The network address that it was opened from, IPv6 by its /64. Where that is, nobody is asked',
    }),
    createdAt: Time,
    lastSeenAt: Time.openapi({ description: 'To the minute' }),
    endsAt: Time.openapi({ description: 'If nothing is done with it until then' }),
  })
  .openapi('OwnSession');

const list = route('get', '/sessions', 'listOwnSessions', {
  summary: 'Where the person is signed in, the session used last first',
  responses: ok('All of them', z.object({ items: z.array(OwnSession) })),
});
const end = route('delete', '/sessions/{id}', 'endOwnSession', {
  summary: 'End one of them at once, with what it has open',
  request: { params: IdParam },
  responses: done('Ended', notFound),
});
const confirm = route('post', '/confirm', 'confirmPassword', {
  summary: 'Give the password again: for ten minutes factors, keys and people may be changed',
  request: { body: body(z.strictObject({ password: KnownPassword }).openapi('PasswordAgain')) },
  responses: view,
});

export const deviceOf = (userAgent: string): string => {
  if (userAgent === '') return '';
  const { browser, os } = Bowser.parse(userAgent);
  return [browser.name, os.name].filter(Boolean).join(', ');
};

export const ownSessions = (services: ApiServices) => {
  const { db, signInPolicy } = services;
  return forAnyone()
    .openapi(list, async (c) => {
      const token = sessionToken(c);
      const { user } = await showSession(services, token);
      const found = await sessionsOf(db.pool, signInPolicy, user.id, token ?? '');
      return c.json({ items: found.map((each) => shown(OwnSession, each, { device: deviceOf(each.device) })) }, 200);
    })
    .openapi(end, async (c) => {
      const { user, account, confirmed } = await showSession(services, sessionToken(c));
      if (!confirmed) throw new AppError('password-again');
      const { id } = c.req.valid('param');
      const ended = await affected(db.pool, 'delete from sessions where id = $1 and user_id = $2', [id, user.id]);
      if (ended === 0) throw missing();
      const who = `user ${user.id}`;
      await recordAudit(db.pool, { actor: who, accountId: account?.id ?? null, action: 'session.end', target: who });
      return c.body(null, 204);
    })
    .openapi(confirm, async (c) => {
      const token = sessionToken(c);
      const { user } = await showSession(services, token);
      await requirePassword(db.pool, user, c.req.valid('json').password);
      const next = newToken();
      await affected(db.pool, 'update sessions set hash = $2, confirmed_at = now() where hash = $1', [
        hashToken(token ?? ''),
        next.hash,
      ]);
      setSession(c, next.token, signInPolicy.sessionHours);
      return c.json(await showSession(services, next.token), 200);
    });
};
