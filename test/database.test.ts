import { expect, test } from 'vitest';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/orm.ts';
import { rows } from '../database/sql.ts';
import { createSecrets } from '../database/secrets.ts';
import { scratchDatabase } from './fixtures/database.ts';

async function emptyDatabase() {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDatabase());
  const db = await openDatabase({ url: scratch.url, poolMax: 3 });
  stack.defer(() => db.close());
  await rows(db.pool, 'drop schema public cascade');
  await rows(db.pool, 'create schema public');
  const running = stack.move();
  return { url: scratch.url, db, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

test('the entities and what the migrations make are the same', async () => {
  await using empty = await emptyDatabase();
  await migrate(empty.url);
  expect(await empty.db.orm.schema.getUpdateSchemaSQL({ wrap: false, safe: false })).toBe('');
});

test('processes that start together migrate once', async () => {
  await using empty = await emptyDatabase();
  const done = await Promise.all([migrate(empty.url), migrate(empty.url), migrate(empty.url)]);
  const [{ count } = { count: 0 }] = await rows<{ count: number }>(
    empty.db.pool,
    'select count(*)::int as count from migrations',
  );
  expect(done.map((names) => names.length).toSorted((a, b) => a - b)).toEqual([0, 0, count]);
});

test('a secret sealed with an old key opens after a new one is put in front; with neither it does not', () => {
  const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
  const sealed = createSecrets(key(1)).seal('le mot de passe');
  expect(sealed.includes('passe')).toBe(false);
  const rotated = createSecrets(`${key(2)},${key(1)}`);
  expect(rotated.open(sealed)).toBe('le mot de passe');
  expect(createSecrets(key(2)).open(rotated.seal('neuf'))).toBe('neuf');
  expect(() => createSecrets(key(2)).open(sealed)).toThrow('SECRETS_KEY');
  sealed[40] = (sealed[40] ?? 0) ^ 1;
  expect(() => rotated.open(sealed)).toThrow('authenticate');
});
