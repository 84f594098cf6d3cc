import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { PersonChange } from '../../database/people/change-user.ts';
import { rows, transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { actorOf, requireAccount } from '../http/auth.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { forAnyone, ok, routesOf } from '../http/route.ts';
import { IdParam } from '../http/schemas.ts';
import type { ApiEnv, ApiServices } from '../services.ts';
import { liftAuthenticator, peopleChanges, personContracts, usersOf, userView, UserView } from './users.ts';

const route = routesOf('Operator: accounts');
const list = route('get', '/accounts/{id}/users', 'listUsersAsOperator', {
  summary: 'Who may sign in to an account, in the order they were invited',
  request: { params: IdParam },
  responses: ok('All of them', z.object({ items: z.array(UserView) }), notFound),
});
const lift = route('post', '/users/{id}/totp/remove', 'liftAuthenticatorAsOperator', {
  summary: "Take an owner's authenticator away, for a lost phone; the owner is told by mail, and does it for the others",
  request: { params: IdParam },
  responses: ok('Taken away', UserView, { ...notFound, ...conflict }),
});

const any = personContracts(
  { change: 'changeRoleAsOperator', remove: 'removeUserAsOperator', end: 'endSessionsAsOperator' },
  route,
);

export const operatorUsers = ({ db, runs }: ApiServices) => {
  const people = peopleChanges({ db });
  const changeOf = (c: Context<ApiEnv>, userId: string): PersonChange => ({
    userId,
    actor: actorOf(c.get('keyId')),
    accountId: null,
  });
  return forAnyone()
    .openapi(any.change, async (c) =>
      c.json(await people.change(changeOf(c, c.req.valid('param').id), c.req.valid('json').role), 200),
    )
    .openapi(any.remove, async (c) => {
      await people.remove(changeOf(c, c.req.valid('param').id));
      return c.body(null, 204);
    })
    .openapi(any.end, async (c) => c.json({ ended: await people.end(changeOf(c, c.req.valid('param').id)) }, 200))
    .openapi(list, async (c) => {
      const { id } = c.req.valid('param');
      await requireAccount(db.pool, id);
      return c.json({ items: (await usersOf(db.pool, id)).map(userView) }, 200);
    })
    .openapi(lift, async (c) => {
      const { id } = c.req.valid('param');
      const role = 'select role from users where id = $1 and account_id is not null';
      const user = existing((await rows<{ role: string }>(db.pool, role, [id]))[0]);
      if (user.role !== 'owner') throw new AppError('conflict', said('for-an-owner'));
      const who = { actor: actorOf(c.get('keyId')), by: null };
      const lifted = await transaction(db.pool, (client) => liftAuthenticator(client, id, who));
      runs.retryEmails();
      return c.json(userView(lifted), 200);
    });
};
