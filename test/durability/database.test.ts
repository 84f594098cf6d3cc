import { expect, test, vi } from 'vitest';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/orm.ts';
import { prepared, rows, transaction } from '../../database/sql.ts';
import { createSecrets } from '../../database/secrets.ts';
import { scratchDatabase } from '../fixtures/database.ts';

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

test('a secret sealed with an old key opens behind a new one; with neither it does not', () => {
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

test('a statement by name, planned for a small table, is planned anew when the table has grown', async () => {
  await using scratch = await scratchDatabase();
  const db = await openDatabase({ url: scratch.url, poolMax: 1 });
  const client = await db.pool.connect();
  try {
    await rows(client, 'create table sizes (id int primary key, name text)');
    const grow = (from: number, to: number) =>
      rows(client, `insert into sizes select n, repeat('x', 100) from generate_series($1::int, $2::int) n`, [from, to]);
    const look = () =>
      prepared(
        client,
        'look',
        'select s.name from generate_series(1, $1::int) as wanted (id) join sizes s on s.id = wanted.id',
        [900],
      );
    const plan = async () => JSON.stringify(await rows(client, `explain execute look(900)`));
    await grow(1, 20);
    for (let n = 0; n < 8; n++) await look();
    expect(await plan()).toContain('Seq Scan on sizes');
    await grow(21, 200_000);
    await vi.waitFor(
      async () => {
        await look();
        expect(await plan()).not.toContain('Seq Scan on sizes');
      },
      { timeout: 10_000, interval: 200 },
    );
  } finally {
    client.release();
    await db.close();
  }
});

test('a connection that ends inside a transaction fails the transaction, not the process', async () => {
  await using scratch = await scratchDatabase();
  const db = await openDatabase({ url: scratch.url, poolMax: 3 });
  try {
    const lost = transaction(db.pool, async (client) => {
      const [{ pid } = { pid: 0 }] = await rows<{ pid: number }>(client, 'select pg_backend_pid() as pid');
      const over = new Promise<void>((resolve) => client.once('end', resolve));
      await rows(db.pool, 'select pg_terminate_backend($1)', [pid]);
      await over;
      return rows(client, 'select 1');
    });
    await expect(lost).rejects.toThrow(/connection/i);
    expect(await rows(db.pool, 'select 1 as one')).toEqual([{ one: 1 }]);
  } finally {
    await db.close();
  }
});
