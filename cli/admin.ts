import './node-version.ts';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { recordRestore } from '../activities/sending/restore-hold.ts';
import { directUrl, readConfig } from '../config.ts';
import { ApiKey, newKey } from '../database/people/api-key.ts';
import { AuditEntry } from '../database/people/audit-entry.ts';
import { dropAuthenticator } from '../database/people/authenticator.ts';
import { changeRole, endSessions, removePerson } from '../database/people/change-user.ts';
import { newId } from '../database/ids.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/orm.ts';
import { hashPassword } from '../database/people/password.ts';
import { reseal } from '../database/reseal.ts';
import { createSecrets } from '../database/secrets.ts';
import { Invitation, Session } from '../database/people/session.ts';
import { transaction } from '../database/sql.ts';
import { User, type Role } from '../database/people/user.ts';
import { reasonOf } from '../domain/sending/reason.ts';

const USAGE =
  'Usage: npm run admin -- migrate\n       npm run admin -- create-operator --email you@example.com\n       npm run admin -- set-password --email you@example.com\n       npm run admin -- remove-authenticator --email you@example.com\n       npm run admin -- remove-person --email you@example.com\n       npm run admin -- change-role --email you@example.com --role owner|agent|agent-restricted|viewer\n       npm run admin -- end-sessions --email you@example.com\n       npm run admin -- reseal\n       npm run admin -- restored --backup-at 2026-11-23T03:00:00Z [--lost-at 2026-11-23T17:42:00Z]';
const NO_PASSWORD = { passwordHash: null, totp: null, totpStep: null };
/** Settings that the command does not use. */
const UNUSED = { TEMPORAL_ADDRESS: 'unused:7233', SECRETS_KEY: 'unused' };

/** Creates an operator with a key, or another key for one; the key is shown once. */
export async function createOperator(databaseUrl: string, email: string): Promise<string> {
  await migrate(databaseUrl);
  await using database = await opened(databaseUrl);
  const em = database.em();
  const createdAt = new Date();
  const known = await em.findOne(User, { email });
  if (known && known.role !== 'operator') throw new Error(`${email} belongs to a customer's user. Choose another address.`);
  const user = known ?? em.create(User, { id: newId(), email, role: 'operator', account: null, ...NO_PASSWORD, createdAt });
  const { key, prefix, hash } = newKey('operator');
  const made = em.create(ApiKey, {
    id: newId(),
    role: 'operator',
    account: null,
    user: user.id,
    name: email,
    prefix,
    hash,
    createdAt,
    revokedAt: null,
  });
  em.create(AuditEntry, {
    id: newId(),
    at: createdAt,
    actor: 'admin',
    accountId: null,
    action: 'key.create',
    target: `key ${made.id}`,
    detail: { prefix },
  });
  await em.flush();
  return key;
}

/** Sets a new password, shown once; ends sessions and links. */
export async function setPassword(databaseUrl: string, email: string): Promise<string> {
  const password = randomBytes(12).toString('base64url');
  await using database = await opened(databaseUrl);
  const em = database.em();
  const user = await em.findOne(User, { email });
  if (!user) throw new Error(`There is no user ${email}.`);
  user.passwordHash = await hashPassword(password);
  await em.nativeDelete(Session, { user: user.id });
  await em.nativeDelete(Invitation, { user: user.id });
  await em.flush();
  return password;
}

/** For a lost authenticator: the password alone signs in again; ends sessions. */
export async function removeAuthenticator(databaseUrl: string, email: string): Promise<void> {
  await using database = await opened(databaseUrl);
  const em = database.em();
  const user = await em.findOne(User, { email });
  if (!user) throw new Error(`There is no user ${email}.`);
  await dropAuthenticator(database.pool, user.id);
  await em.nativeDelete(Session, { user: user.id });
}

/** What owners and operators do in the console. Removing operators is possible only here. */
export async function changePerson(
  databaseUrl: string,
  email: string,
  change: 'remove' | 'end-sessions' | Exclude<Role, 'operator'>,
): Promise<void> {
  await using database = await opened(databaseUrl);
  const user = await database.em().findOne(User, { email });
  if (!user) throw new Error(`There is no user ${email}.`);
  const asked = { userId: user.id, actor: 'admin', accountId: null };
  await transaction(database.pool, async (client) => {
    if (change === 'remove') await removePerson(client, asked);
    else if (change === 'end-sessions') await endSessions(client, asked);
    else await changeRole(client, asked, change);
  });
}

export async function createOwner(databaseUrl: string, email: string, account: string): Promise<void> {
  await using database = await opened(databaseUrl);
  const em = database.em();
  em.create(User, { id: newId(), email, role: 'owner', account, ...NO_PASSWORD, createdAt: new Date() });
  await em.flush();
}

/** Reseals all secrets with the first key of SECRETS_KEY, so that the others can be dropped. Returns how many. */
export async function sealAnew(databaseUrl: string, secretsKey: string): Promise<number> {
  await using database = await opened(databaseUrl);
  return await reseal(database.pool, createSecrets(secretsKey));
}

/** Records a restore from a backup. Returns how many messages are in doubt. */
export async function restored(databaseUrl: string, backupAt: Date, lostAt: Date): Promise<number> {
  await migrate(databaseUrl);
  await using database = await opened(databaseUrl);
  return await recordRestore(database.pool, backupAt, lostAt);
}

const EMAIL_COMMANDS = new Set([
  'create-operator',
  'set-password',
  'remove-authenticator',
  'remove-person',
  'change-role',
  'end-sessions',
]);
const isMember = (role: string | undefined): role is Exclude<Role, 'operator'> =>
  ['owner', 'agent', 'agent-restricted', 'viewer'].includes(role ?? '');

const databaseUrl = (): string => directUrl(readConfig({ ...UNUSED, ...process.env }));

const timeOf = (name: string, value: string): Date => {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) throw new Error(`--${name} is not a time. Write it like 2026-11-23T03:00:00Z.`);
  return at;
};

async function opened(url: string) {
  const database = await openDatabase({ url, poolMax: 2 });
  return { em: database.em, pool: database.pool, [Symbol.asyncDispose]: () => database.close() };
}

if (import.meta.main) {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        email: { type: 'string' },
        role: { type: 'string' },
        'backup-at': { type: 'string' },
        'lost-at': { type: 'string' },
      },
    });
    const email = values.email?.trim().toLowerCase() ?? '';
    const [what] = positionals;
    if (what === 'migrate') {
      const done = await migrate(databaseUrl());
      console.log(done.length === 0 ? 'The database was up to date.' : `The database is up to date now, by ${done.join(', ')}.`);
      process.exit();
    }
    if (what === 'reseal') {
      const config = readConfig({ TEMPORAL_ADDRESS: UNUSED.TEMPORAL_ADDRESS, ...process.env });
      console.log(`${await sealAnew(directUrl(config), config.SECRETS_KEY)} values are sealed with the first key.`);
      process.exit();
    }
    if (what === 'restored') {
      const backupAt = timeOf('backup-at', values['backup-at'] ?? '');
      const lostAt = timeOf('lost-at', values['lost-at'] ?? new Date().toISOString());
      const inDoubt = await restored(databaseUrl(), backupAt, lostAt);
      console.log(
        `${inDoubt} messages may have gone out since the backup and are in doubt. Nothing is sent until an operator says so: POST /v1/operator/restores/release`,
      );
      process.exit();
    }
    const known = EMAIL_COMMANDS.has(what ?? '') && (what !== 'change-role' || isMember(values.role));
    if (!known || !/^[^\s@]+@[^\s@]+$/.test(email)) throw new Error(USAGE);
    if (what === 'create-operator') {
      console.log(`Operator ${email}. The API key, shown this once:\n${await createOperator(databaseUrl(), email)}`);
    } else if (what === 'remove-authenticator') {
      await removeAuthenticator(databaseUrl(), email);
      console.log(`${email} signs in with the password alone from now on, and can choose another authenticator in the console.`);
    } else if (what === 'remove-person') {
      await changePerson(databaseUrl(), email, 'remove');
      console.log(`${email} is removed and signed out everywhere.`);
    } else if (what === 'end-sessions') {
      await changePerson(databaseUrl(), email, 'end-sessions');
      console.log(`${email} is signed out everywhere.`);
    } else if (what === 'change-role' && isMember(values.role)) {
      await changePerson(databaseUrl(), email, values.role);
      console.log(`${email} is ${values.role} from now on.`);
    } else {
      console.log(
        `${email} may sign in to the console. The password, shown this once:\n${await setPassword(databaseUrl(), email)}`,
      );
    }
  } catch (error) {
    console.error(reasonOf(error));
    process.exitCode = 1;
  }
}
