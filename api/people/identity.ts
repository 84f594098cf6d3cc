import type { PoolClient } from 'pg';
import { recordAudit } from '../../database/people/audit.ts';
import { changeRole } from '../../database/people/change-user.ts';
import { newId } from '../../database/ids.ts';
import { affected, rows } from '../../database/sql.ts';
import type { Role } from '../../database/people/user.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';

/** A provider's rules for whom it lets in, and in which role. */
export type Admission = {
  id: string;
  accountId: string | null;
  roleClaim: string | null;
  roles: Record<string, Role>;
  defaultRole: Role | null;
};
export type Claims = Readonly<Record<string, unknown>>;
type Person = { id: string; role: Role; accountId: string | null; providerId: string | null };

const BY_RANK = ['operator', 'owner', 'agent', 'agent-restricted', 'viewer'] as const;

/** The highest role in the person's claim, or null. */
function roleOf({ roleClaim, roles }: Admission, claims: Claims): Role | null {
  const claimed = roleClaim === null ? [] : [claims[roleClaim]].flat().map(String);
  const found = new Set(claimed.flatMap((value) => (Object.hasOwn(roles, value) ? [roles[value]] : [])));
  return BY_RANK.find((role) => found.has(role)) ?? null;
}

const refused = (why: Parameters<typeof said>[0] & `sign-on-${string}`) => new AppError('sign-in-failed', said(why));
const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);

export const accountOfDomain = async (client: Pick<PoolClient, 'query'>, domain: string): Promise<string | null> => {
  const proved = 'select account_id as id from account_domains where domain = $1 and proved_at is not null';
  return (await rows<{ id: string }>(client, proved, [domain]))[0]?.id ?? null;
};

/**
 * Finds the vouched person by the provider's id, else by address, else creates them. Throws why not. An account's provider speaks
 * for its proved domains only, the installation's for all.
 */
export async function admit(client: PoolClient, provider: Admission, subject: string, claims: Claims): Promise<string> {
  const email = vouchedEmail(claims);
  const owner = await accountOfDomain(client, domainOf(email));
  if (provider.accountId !== null && owner !== provider.accountId) throw refused('sign-on-domain');
  const removed = 'select from removed_identities where provider_id = $1 and subject = $2';
  if ((await affected(client, removed, [provider.id, subject])) > 0) throw refused('sign-on-removed');

  const role = roleOf(provider, claims);
  const columns = 'id, role, account_id as "accountId", provider_id as "providerId"';
  const [known] = await rows<Person>(client, `select ${columns} from users where provider_id = $1 and subject = $2 for update`, [
    provider.id,
    subject,
  ]);
  const [same] = known
    ? [known]
    : await rows<Person>(client, `select ${columns} from users where email = $1 for update`, [email]);
  if (same) {
    if (provider.accountId !== null && same.accountId !== provider.accountId) throw refused('sign-on-elsewhere');
    if (!known && same.providerId !== null) throw refused('sign-on-elsewhere');
    if (!known)
      await affected(client, 'update users set provider_id = $2, subject = $3 where id = $1', [same.id, provider.id, subject]);
    await follow(client, same, role);
    return same.id;
  }
  return join(client, provider, { email, subject, owner, role: role ?? provider.defaultRole });
}

function vouchedEmail({ email, email_verified: verified }: Claims): string {
  if (typeof email !== 'string' || verified !== true) throw refused('sign-on-unverified');
  return email.toLowerCase();
}

type Newcomer = { email: string; subject: string; owner: string | null; role: Role | null };

/** The domain decides the account; operators have none. */
async function join(client: PoolClient, provider: Admission, { email, subject, owner, role: made }: Newcomer): Promise<string> {
  if (made === null) throw refused('sign-on-no-role');
  const accountId = made === 'operator' ? null : owner;
  if (made !== 'operator' && accountId === null) throw refused('sign-on-domain');
  const id = newId();
  await affected(
    client,
    `insert into users (id, email, role, account_id, provider_id, subject, created_at) values ($1, $2, $3, $4, $5, $6, now())`,
    [id, email, made, accountId, provider.id, subject],
  );
  await recordAudit(client, {
    actor: `user ${id}`,
    accountId,
    action: 'user.join',
    target: `user ${id}`,
    detail: { role: made },
  });
  return id;
}

/** Applies the claimed role. The last owner stays, and nobody becomes or stops being an operator this way. */
async function follow(client: PoolClient, person: Person, role: Role | null): Promise<void> {
  if (role === null || role === 'operator' || person.role === 'operator' || role === person.role) return;
  const change = { userId: person.id, actor: 'single-sign-on', accountId: person.accountId };
  await client.query('savepoint role');
  await changeRole(client, change, role).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    return client.query('rollback to savepoint role');
  });
}
