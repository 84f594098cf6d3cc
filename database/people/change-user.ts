import type { PoolClient } from 'pg';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { recordAudit } from './audit.ts';
import { affected, rows } from '../sql.ts';
import type { Role } from './user.ts';

/** `actor` as in the audit log; `accountId`: whose users may be changed, null for all. */
export type PersonChange = { userId: string; actor: string; accountId: string | null };
type Person = { role: Role; accountId: string | null; lastOwner: boolean };

/** Locks the account's users in one order, so that two owners can't remove each other. Throws `not-found`. */
async function lockPerson(client: PoolClient, { userId, accountId }: PersonChange): Promise<Person> {
  const people = await rows<{ id: string; role: Role; joined: boolean; accountId: string | null }>(
    client,
    `select id, role, password_hash is not null or subject is not null as joined, account_id as "accountId" from users
     where id = $1 or account_id = (select account_id from users where id = $1) order by id for update`,
    [userId],
  );
  const person = people.find(({ id }) => id === userId);
  if (!person || (accountId !== null && person.accountId !== accountId)) throw new AppError('not-found');
  const owners = people.filter(({ role, joined }) => role === 'owner' && joined);
  return { role: person.role, accountId: person.accountId, lastOwner: owners.length === 1 && owners[0]?.id === userId };
}

const lastOwner = () => new AppError('conflict', said('last-owner'));

/** Removes a user or withdraws an invitation. Sessions and links end with the row; the audit log keeps the id. */
export async function removePerson(client: PoolClient, change: PersonChange): Promise<void> {
  const person = await lockPerson(client, change);
  if (person.lastOwner) throw lastOwner();
  const { userId, actor } = change;
  await affected(client, 'update api_keys set revoked_at = coalesce(revoked_at, now()), user_id = null where user_id = $1', [
    userId,
  ]);
  await affected(
    client,
    'update conversations c set assignee = null from users u where u.id = $1 and c.account_id = u.account_id and c.assignee = u.email',
    [userId],
  );
  // Signing in through the provider does not restore them.
  await affected(
    client,
    `insert into removed_identities (provider_id, subject, address)
     select provider_id, subject, sha256(convert_to(lower(email), 'UTF8')) from users where id = $1 and provider_id is not null
     on conflict do nothing`,
    [userId],
  );
  await affected(client, 'delete from users where id = $1', [userId]);
  const detail = { role: person.role };
  await recordAudit(client, { actor, accountId: person.accountId, action: 'user.remove', target: `user ${userId}`, detail });
}

/** Changes a user's role. Sessions continue with the new rights. */
export async function changeRole(client: PoolClient, change: PersonChange, role: Exclude<Role, 'operator'>): Promise<void> {
  const person = await lockPerson(client, change);
  const { userId, actor } = change;
  if (person.role === role) return;
  if (person.role === 'operator') throw new AppError('conflict', said('operator-has-no-role'));
  if (person.lastOwner) throw lastOwner();
  await affected(client, 'update users set role = $2 where id = $1', [userId, role]);
  const detail = { from: person.role, to: role };
  await recordAudit(client, { actor, accountId: person.accountId, action: 'user.change-role', target: `user ${userId}`, detail });
}

/** Ends all of a user's sessions. Returns how many. */
export async function endSessions(client: PoolClient, change: PersonChange): Promise<number> {
  const { accountId } = await lockPerson(client, change);
  const { userId, actor } = change;
  const ended = await affected(client, 'delete from sessions where user_id = $1', [userId]);
  await recordAudit(client, { actor, accountId, action: 'user.end-sessions', target: `user ${userId}`, detail: { ended } });
  return ended;
}
