import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import type { Context } from 'hono';
import { requireRoom } from '../../database/caps.ts';
import { recordAudit } from '../../database/people/audit.ts';
import { dropAuthenticator } from '../../database/people/authenticator.ts';
import { changeRole, endSessions, removePerson, type PersonChange } from '../../database/people/change-user.ts';
import { newId } from '../../database/ids.ts';
import { oweNotice } from '../../database/mail/notice.ts';
import { newToken } from '../../database/people/session.ts';
import { affected, rows, transaction, type Sql } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { actorOf } from '../http/auth.ts';
import { personOf } from '../conversations/actor-name.ts';
import { conflict, existing, missing, notFound } from '../http/problem.ts';
import { forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { AccountEnv, ApiServices } from '../services.ts';

const Member = z.enum(['owner', 'agent', 'agent-restricted', 'viewer']);
export const UserView = z
  .object({
    id: Id,
    email: z.string(),
    role: Member,
    joined: z.boolean().openapi({ description: 'Has a password' }),
    totp: z.boolean().openapi({ description: 'Signs in with an authenticator' }),
    createdAt: Time,
  })
  .openapi('User');
const Invited = UserView.extend({
  token: z
    .string()
    .openapi({ description: 'Shown this once, to be given to the person: the console opens at /invitation#token' }),
}).openapi('InvitedUser');
const NewInvitation = z
  .strictObject({
    email: z
      .email()
      .max(200)
      .transform((email) => email.toLowerCase()),
    role: Member,
  })
  .openapi('NewInvitation');

const route = routesOf('Users');
const list = route('get', '/users', 'listUsers', {
  summary: 'Who may sign in to the account, in the order they were invited',
  responses: ok('All of them', z.object({ items: z.array(UserView) })),
});
const invite = route('post', '/users', 'inviteUser', {
  summary: 'Invite a person, or invite them again: the last link counts, for seven days',
  request: { body: body(NewInvitation) },
  responses: created('Invited', Invited, conflict),
});

const lift = route('post', '/users/{id}/totp/remove', 'liftAuthenticator', {
  summary: "Take a colleague's authenticator away, for a lost phone: by an owner who is signed in; the colleague is told by mail",
  description:
    'Whoever was signed in as the colleague is no more. One’s own is taken away by the password, at `/session/totp/remove`.',
  request: { params: IdParam },
  responses: ok('Taken away', UserView, { ...notFound, ...conflict }),
});

const NewRole = z.strictObject({ role: Member }).openapi('RoleChange');
const EndedSessions = z.object({ ended: z.number().int() }).openapi('EndedSessions');
/** The same routes for owners and operators. */
export const personContracts = (ids: { change: string; remove: string; end: string }, route: ReturnType<typeof routesOf>) => ({
  change: route('patch', '/users/{id}', ids.change, {
    summary: 'Give a person another role. The last owner stays one',
    request: { params: IdParam, body: body(NewRole) },
    responses: ok('As they are now', UserView, { ...notFound, ...conflict }),
  }),
  remove: route('delete', '/users/{id}', ids.remove, {
    summary: 'Remove a person, or withdraw an invitation: their sessions and streams end at once. The last owner stays',
    request: { params: IdParam },
    responses: done('Removed', { ...notFound, ...conflict }),
  }),
  end: route('post', '/users/{id}/sessions/end', ids.end, {
    summary: 'Sign a person out everywhere, at once',
    request: { params: IdParam },
    responses: ok('How many sessions ended', EndedSessions, notFound),
  }),
});
const own = personContracts({ change: 'changeRole', remove: 'removeUser', end: 'endSessionsOfUser' }, route);

export const peopleChanges = ({ db }: Pick<ApiServices, 'db'>) => ({
  async change(change: PersonChange, role: z.infer<typeof Member>): Promise<z.infer<typeof UserView>> {
    const user = await transaction(db.pool, async (client) => {
      await changeRole(client, change, role);
      return (await rows<Row>(client, `select ${COLUMNS} from users where id = $1`, [change.userId]))[0];
    });
    return userView(existing(user));
  },
  remove: (change: PersonChange): Promise<void> => transaction(db.pool, (client) => removePerson(client, change)),
  end: (change: PersonChange): Promise<number> => transaction(db.pool, (client) => endSessions(client, change)),
});

type Row = Omit<z.infer<typeof UserView>, 'createdAt'> & { createdAt: Date };
export const userView = (row: Row) => shown(UserView, row);
const COLUMNS = `id, coalesce(invited_as, email) as email, role, password_hash is not null or subject is not null as joined, totp_step is not null as totp, created_at as "createdAt"`;

export const usersOf = (sql: Sql, accountId: string): Promise<Row[]> =>
  rows<Row>(sql, `select ${COLUMNS} from users where account_id = $1 order by id`, [accountId]);

/** Removes a lost authenticator, with an audit record and a mail. Throws `conflict` without one. */
export async function liftAuthenticator(
  client: PoolClient,
  userId: string,
  { actor, by }: { actor: string; by: string | null },
): Promise<Row> {
  if (!(await dropAuthenticator(client, userId))) throw new AppError('conflict', said('no-authenticator-of-person'));
  await affected(client, 'delete from sessions where user_id = $1', [userId]);
  const [row] = await rows<Row & { accountId: string | null }>(
    client,
    `select ${COLUMNS}, account_id as "accountId" from users where id = $1`,
    [userId],
  );
  const { accountId, ...user } = existing(row);
  await recordAudit(client, { actor, accountId, action: 'user.lift-authenticator', target: `user ${userId}` });
  await oweNotice(client, { to: { userId }, kind: 'authenticator-lifted', data: { by } });
  return user;
}

type Invitation = { email: string; role: z.infer<typeof Member>; accountId: string };

/**
 * The invited person's row. An address of another account's person gets one too, with a dead link: inviting does not reveal who
 * is a customer. Throws `conflict` for one's own people.
 */
async function invitedUser(client: PoolClient, { email, role, accountId }: Invitation): Promise<Row & { isElsewhere: boolean }> {
  const insert = 'insert into users as u (id, email, role, account_id, invited_as, created_at)';
  const [row] = await rows<Row>(
    client,
    `${insert} values ($1, $2, $3, $4, null, now())
     on conflict (email) do update set role = excluded.role where u.account_id = excluded.account_id and u.password_hash is null
     returning ${COLUMNS}`,
    [newId(), email, role, accountId],
  );
  const elsewhere = 'account_id = $1 and invited_as = $2';
  if (row) {
    await affected(client, `delete from users where ${elsewhere}`, [accountId, email]);
    return { ...row, isElsewhere: false };
  }
  const own = await affected(client, 'select 1 from users where account_id = $1 and email = $2', [accountId, email]);
  if (own > 0) throw new AppError('conflict', said('address-taken'));
  const id = newId();
  const [again] = await rows<Row>(client, `update users set role = $3 where ${elsewhere} returning ${COLUMNS}`, [
    accountId,
    email,
    role,
  ]);
  const [made] = again
    ? [again]
    : await rows<Row>(client, `${insert} values ($1, $2, $3, $4, $5, now()) returning ${COLUMNS}`, [
        id,
        `${id}@invited.invalid`,
        role,
        accountId,
        email,
      ]);
  if (!made) throw new Error('A user that was just made is there');
  return { ...made, isElsewhere: true };
}

export const users = ({ db, runs }: ApiServices) => {
  const people = peopleChanges({ db });
  const changeOf = (c: Context<AccountEnv>, userId: string): PersonChange => ({
    userId,
    actor: actorOf(c.get('keyId')),
    accountId: c.get('account').id,
  });
  return forAccounts()
    .openapi(own.change, async (c) =>
      c.json(await people.change(changeOf(c, c.req.valid('param').id), c.req.valid('json').role), 200),
    )
    .openapi(own.remove, async (c) => {
      await people.remove(changeOf(c, c.req.valid('param').id));
      return c.body(null, 204);
    })
    .openapi(own.end, async (c) => c.json({ ended: await people.end(changeOf(c, c.req.valid('param').id)) }, 200))
    .openapi(list, async (c) => {
      const found = await usersOf(db.pool, c.get('account').id);
      return c.json({ items: found.map(userView) }, 200);
    })
    .openapi(invite, async (c) => {
      const { email, role } = c.req.valid('json');
      const { token, hash } = newToken();
      const user = await transaction(db.pool, async (client) => {
        await requireRoom(client, 'people', { accountId: c.get('account').id });
        const row = await invitedUser(client, { email, role, accountId: c.get('account').id });
        await affected(client, 'delete from invitations where user_id = $1', [row.id]);
        await affected(client, `delete from removed_identities where address = sha256(convert_to($1, 'UTF8'))`, [email]);
        if (!row.isElsewhere)
          await affected(
            client,
            `insert into invitations (hash, user_id, created_at, expires_at) values ($1, $2, now(), now() + interval '7 days')`,
            [hash, row.id],
          );
        await recordAudit(client, { action: 'user.create', target: `user ${row.id}`, detail: { role } });
        return row;
      });
      return c.json({ ...userView(user), token }, 201);
    })
    .openapi(lift, async (c) => {
      const { id } = c.req.valid('param');
      const keyId = c.get('keyId');
      const theirs = 'select 1 from users where id = $1 and account_id = $2';
      if ((await affected(db.pool, theirs, [id, c.get('account').id])) === 0) throw missing();
      if (!keyId.startsWith('user ')) throw new AppError('conflict', said('owner-signed-in'));
      if (keyId === `user ${id}`) throw new AppError('conflict', said('own-by-password'));
      const by = await personOf(db.pool, keyId);
      const user = await transaction(db.pool, (client) => liftAuthenticator(client, id, { actor: actorOf(keyId), by }));
      runs.retryEmails();
      return c.json(userView(user), 200);
    });
};
