import { z } from '@hono/zod-openapi';
import { Account } from '../../database/account.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault } from '../../domain/problems/said.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const fields = {
  sessionHours: z
    .int()
    .min(1)
    .nullable()
    .openapi({ description: 'How long a session lasts at most; null: as the installation says' }),
  idleMinutes: z.int().min(5).nullable().openapi({ description: 'How long it lasts unused; null: as the installation says' }),
  authenticator: z
    .boolean()
    .openapi({ description: 'Who signs in by password and has no authenticator sets one up before anything else' }),
};
const Installation = z.object({ sessionHours: z.int(), idleMinutes: z.int(), authenticator: z.boolean() });
const PolicyView = z
  .object({
    ...fields,
    installation: Installation.openapi({ description: 'What holds for every account: yours may be stricter' }),
  })
  .openapi('SignInPolicy');

const route = routesOf('Users');
const get = route('get', '/sign-in-policy', 'getSignInPolicy', {
  summary: 'How long people of the account stay signed in, and with what',
  responses: ok('The policy', PolicyView),
});
const change = route('patch', '/sign-in-policy', 'changeSignInPolicy', {
  summary: 'Change some of it: it holds for the sessions that are open too',
  request: { body: body(z.strictObject(fields).partial().openapi('SignInPolicyChange')) },
  responses: ok('The policy', PolicyView),
});

/** Never laxer than the installation's policy. */
export const signInPolicy = ({ db, signInPolicy: basis }: ApiServices) => {
  const installation = { ...basis, authenticator: basis.authenticator === 'everybody' };
  async function show(id: string) {
    const found = await db.em().findOne(Account, { id });
    if (!found) throw new AppError('not-found');
    const { sessionHours, sessionIdleMinutes, requiresAuthenticator } = found;
    return {
      sessionHours: sessionHours ?? null,
      idleMinutes: sessionIdleMinutes ?? null,
      authenticator: requiresAuthenticator,
      installation,
    };
  }
  return forAccounts()
    .openapi(get, async (c) => c.json(await show(c.get('account').id), 200))
    .openapi(change, async (c) => {
      const { id } = c.get('account');
      const asked = c.req.valid('json');
      for (const field of ['sessionHours', 'idleMinutes'] as const)
        if ((asked[field] ?? 0) > basis[field]) throw invalidRequest(fault(field, 'too-high', { n: String(basis[field]) }));
      const { sessionHours, idleMinutes, authenticator } = asked;
      const now = await show(id);
      await db.em().nativeUpdate(
        Account,
        { id },
        {
          sessionHours: sessionHours === undefined ? now.sessionHours : sessionHours,
          sessionIdleMinutes: idleMinutes === undefined ? now.idleMinutes : idleMinutes,
          requiresAuthenticator: authenticator ?? now.authenticator,
        },
      );
      return c.json(await show(id), 200);
    });
};
