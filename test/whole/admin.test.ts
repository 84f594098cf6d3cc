import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createApi } from '../../api/app.ts';
import { migrations } from '../../database/migrations/index.ts';
import { restored } from '../../cli/admin.ts';
import { openDatabase } from '../../database/orm.ts';
import { rows } from '../../database/sql.ts';
import { startApi } from '../fixtures/api.ts';
import { scratchDatabase } from '../fixtures/database.ts';
import { built } from '../fixtures/run/built.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function run(command: string, args: string[], env: Record<string, string>) {
  return promisify(execFile)(command, args, { cwd: ROOT, env: { PATH: process.env['PATH'], ...env } })
    .then(({ stdout, stderr }) => ({ code: 0, stdout, stderr }))
    .catch(({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }));
}
const admin = async (url: string, ...args: string[]) =>
  run(process.execPath, [await built('cli/admin.js'), ...args], { DATABASE_URL: url });
const npmMigrate = (url: string) => run('npm', ['run', '--silent', 'migrate'], { DATABASE_URL: url });

async function withSql<T>(url: string, work: (sql: Client) => Promise<T>): Promise<T> {
  const sql = new Client({ connectionString: url });
  await sql.connect();
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

test('create-operator brings an empty database up to date and prints an operator’s key', async () => {
  await using scratch = await scratchDatabase();
  const db = await openDatabase({ url: scratch.url, poolMax: 2 });
  await rows(db.pool, 'drop schema public cascade');
  await rows(db.pool, 'create schema public');
  const made = await admin(scratch.url, 'create-operator', '--email', 'Ops@Example.com');
  expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^Operator ops@example\.com.*\narop_[\w-]{43}\n$/)]);
  const key = made.stdout.trim().split('\n').at(-1) ?? '';
  await using api = await startApi();
  const app = createApi({ ...api.services, db });
  const answer = await app.request('/v1/operator/accounts', { headers: { authorization: `Bearer ${key}` } });
  expect(answer.status).toBe(200);
  expect(await rows(db.pool, 'select email, role from users')).toEqual([{ email: 'ops@example.com', role: 'operator' }]);
  expect(
    await rows(db.pool, `select count(*)::int as count from api_keys where hash::text like '%' || $1 || '%'`, [key]),
  ).toEqual([{ count: 0 }]);
  await db.close();
});

test('a second call for the same address makes one more key, not one more user', async () => {
  await using scratch = await scratchDatabase();
  for (let count = 0; count < 2; count++)
    expect((await admin(scratch.url, 'create-operator', '--email', 'ops@example.com')).code).toBe(0);
  const db = await openDatabase({ url: scratch.url, poolMax: 2 });
  expect(
    await rows(db.pool, 'select (select count(*)::int from users) as users, (select count(*)::int from api_keys) as keys'),
  ).toEqual([{ users: 1, keys: 2 }]);
  await db.close();
});

test('a wrong call, or a database that is away, ends with a sentence and not with a stack', async () => {
  for (const args of [
    [],
    ['create-operator'],
    ['create-operator', '--email', 'nobody'],
    ['destroy'],
    ['create-operator', '--mail', 'a@b'],
  ]) {
    const { code, stderr } = await admin('postgres://nobody@127.0.0.1:1/none', ...args);
    expect([code, /\n\s+at /.test(stderr), stderr.length > 10]).toEqual([1, false, true]);
  }
  const { code, stderr } = await admin('postgres://nobody@127.0.0.1:1/none', 'create-operator', '--email', 'ops@example.com');
  expect([code, /\n\s+at /.test(stderr), stderr]).toEqual([1, false, expect.stringContaining('ECONNREFUSED')]);
});

test('a restore is said once, of a backup and a loss that are past and in that order', async () => {
  await using scratch = await scratchDatabase();
  const now = Date.now();
  const at = (minutes: number) => new Date(now + minutes * 60_000);
  await expect(restored(scratch.url, at(60), at(-1))).rejects.toThrow(/of the past/);
  await expect(restored(scratch.url, at(-60), at(60))).rejects.toThrow(/of the past/);
  await expect(restored(scratch.url, at(-60), at(-90))).rejects.toThrow(/before --backup-at/);
  expect(await restored(scratch.url, at(-60), at(-1))).toBe(0);
  await expect(restored(scratch.url, at(-60), at(-1))).rejects.toThrow(/said once/);
  await expect(restored(scratch.url, at(-90), at(-1))).rejects.toThrow(/said once/);
  // Of a backup that was made later, when this database was lost too.
  expect(await restored(scratch.url, at(-30), at(-1))).toBe(0);
});

test('migrate brings an empty database up to date and says by what; then it says that it was', async () => {
  await using scratch = await scratchDatabase();
  await withSql(scratch.url, async (sql) => {
    await sql.query('drop schema public cascade');
    await sql.query('create schema public');
  });
  const last = migrations.at(-1)?.name ?? '';
  expect(await npmMigrate(scratch.url)).toMatchObject({ code: 0, stdout: expect.stringMatching(`up to date now.*${last}`) });
  await withSql(scratch.url, async (sql) => expect((await sql.query('select from accounts')).rowCount).toBe(0));
  expect(await npmMigrate(scratch.url)).toMatchObject({ code: 0, stdout: 'The database was up to date.\n' });
}, 120_000);

test('a PostgreSQL before 15 is refused with one sentence, and the database is left as it was', async () => {
  await using scratch = await scratchDatabase();
  await withSql(scratch.url, async (sql) => {
    await sql.query('drop schema public cascade');
    await sql.query('create schema public');
    await sql.query(
      `create function public.current_setting(name text) returns text language sql
       as $$ select case when name = 'server_version_num' then '140023' else '14.23' end $$`,
    );
  });
  // This server plays an older one: what is in `public` is found first.
  const old = `${scratch.url}?options=-csearch_path%3Dpublic,pg_catalog`;
  const sentence = 'Aller-Retour needs PostgreSQL 15 or newer, and the server of DATABASE_URL is PostgreSQL 14.23.\n';
  expect(await npmMigrate(old)).toEqual({ code: 1, stdout: '', stderr: sentence });
  const env = { DATABASE_URL: old, TEMPORAL_ADDRESS: '127.0.0.1:1', SECRETS_KEY: randomBytes(32).toString('base64') };
  expect(await run(process.execPath, [await built('main.js')], env)).toEqual({ code: 1, stdout: '', stderr: sentence });
  await withSql(scratch.url, async (sql) => {
    expect((await sql.query(`select from pg_class where relnamespace = 'public'::regnamespace`)).rowCount).toBe(0);
  });
}, 120_000);
