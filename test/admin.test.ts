import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createApi } from '../api/app.ts';
import { openDatabase } from '../database/orm.ts';
import { rows } from '../database/sql.ts';
import { startApi } from './fixtures/api.ts';
import { scratchDatabase } from './fixtures/database.ts';

const ADMIN = fileURLToPath(new URL('../admin.ts', import.meta.url));

async function admin(url: string, ...args: string[]) {
  const env = { PATH: process.env['PATH'], DATABASE_URL: url };
  return promisify(execFile)(process.execPath, ['--import', 'tsx', ADMIN, ...args], { env })
    .then(({ stdout, stderr }) => ({ code: 0, stdout, stderr }))
    .catch(({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }));
}

test('create-operator brings an empty database up to date and prints a key that opens the operator routes', async () => {
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
