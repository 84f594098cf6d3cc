import { parseArgs } from 'node:util';
import { readConfig } from './config.ts';
import { ApiKey, newKey } from './database/api-key.ts';
import { AuditEntry } from './database/audit-entry.ts';
import { newId } from './database/ids.ts';
import { migrate } from './database/migrate.ts';
import { openDatabase } from './database/orm.ts';
import { User } from './database/user.ts';

const USAGE = 'Usage: npm run admin -- create-operator --email you@example.com';
/** Needed by the product, not by this. */
const UNUSED = { TEMPORAL_ADDRESS: 'unused:7233', SECRETS_KEY: 'unused' };

/** Makes an operator with a key, or one more key for an operator there is; the key is shown this once. */
export async function createOperator(databaseUrl: string, email: string): Promise<string> {
  await migrate(databaseUrl);
  await using database = await opened(databaseUrl);
  const em = database.em();
  const createdAt = new Date();
  const known = await em.findOne(User, { email });
  if (known && known.role !== 'operator') throw new Error(`${email} belongs to a customer's user. Choose another address.`);
  const user = known ?? em.create(User, { id: newId(), email, role: 'operator', account: null, createdAt });
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

async function opened(url: string) {
  const database = await openDatabase({ url, poolMax: 2 });
  return { em: database.em, [Symbol.asyncDispose]: () => database.close() };
}

if (import.meta.main) {
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { email: { type: 'string' } } });
    const email = values.email?.trim().toLowerCase() ?? '';
    if (positionals[0] !== 'create-operator' || !/^[^\s@]+@[^\s@]+$/.test(email)) throw new Error(USAGE);
    const config = readConfig({ ...UNUSED, ...process.env });
    const key = await createOperator(config.DATABASE_URL, email);
    console.log(`Operator ${email}. The API key, shown this once:\n${key}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
