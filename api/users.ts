import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { newId } from '../database/ids.ts';
import { newToken } from '../database/session.ts';
import { rows, transaction } from '../database/sql.ts';
import { AppError } from '../domain/errors.ts';
import { invalid } from './invalid.ts';
import { conflict, problems } from './problem.ts';
import { body, Id, json, Time } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

const Member = z.enum(['owner', 'agent', 'viewer']);
const UserView = z
  .object({
    id: Id,
    email: z.string(),
    role: Member,
    joined: z.boolean().openapi({ description: 'Has a password' }),
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

const tags = ['Users'];
const list = createRoute({
  method: 'get',
  path: '/users',
  operationId: 'listUsers',
  tags,
  summary: 'Who may sign in to the account, in the order they were invited',
  responses: { 200: { description: 'All of them', content: json(z.object({ items: z.array(UserView) })) }, ...problems },
});
const invite = createRoute({
  method: 'post',
  path: '/users',
  operationId: 'inviteUser',
  tags,
  summary: 'Invite a person, or invite them again: the last link counts, for seven days',
  request: { body: body(NewInvitation) },
  responses: { 201: { description: 'Invited', content: json(Invited) }, ...problems, ...conflict },
});

type Row = Omit<z.infer<typeof UserView>, 'createdAt'> & { createdAt: Date };
const userView = (row: Row) => ({ ...row, createdAt: row.createdAt.toISOString() });
const COLUMNS = `id, email, role, password_hash is not null as joined, created_at as "createdAt"`;

export const users = ({ db }: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(list, async (c) => {
      const found = await rows<Row>(db.pool, `select ${COLUMNS} from users where account_id = $1 order by id`, [
        c.get('account').id,
      ]);
      return c.json({ items: found.map(userView) }, 200);
    })
    .openapi(invite, async (c) => {
      const { email, role } = c.req.valid('json');
      const { token, hash } = newToken();
      const user = await transaction(db.pool, async (client) => {
        const [row] = await rows<Row>(
          client,
          `insert into users as u (id, email, role, account_id, created_at) values ($1, $2, $3, $4, now())
           on conflict (email) do update set role = excluded.role where u.account_id = excluded.account_id and u.password_hash is null
           returning ${COLUMNS}`,
          [newId(), email, role, c.get('account').id],
        );
        if (!row) throw new AppError('conflict', 'This address belongs to a user already.');
        await rows(client, 'delete from invitations where user_id = $1', [row.id]);
        await rows(
          client,
          `insert into invitations (hash, user_id, created_at, expires_at) values ($1, $2, now(), now() + interval '7 days')`,
          [hash, row.id],
        );
        return row;
      });
      return c.json({ ...userView(user), token }, 201);
    });
