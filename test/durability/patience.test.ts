import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { expect, inject, test } from 'vitest';
import { DatabaseUnusable } from '../../database/migrate.ts';
import { patiently } from '../../database/patience.ts';
import { freePort } from '../../dev/launchers/ports.ts';
import { until } from '../fixtures/app.ts';
import { built } from '../fixtures/run/built.ts';
import { scratchDatabase } from '../fixtures/database.ts';
import { relay } from '../fixtures/relay.ts';

/** The product in a process of its own, and what it prints. */
async function start(databaseUrl: string) {
  const child = spawn(process.execPath, [await built('main.js')], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      DATABASE_POOL: '5',
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: `test-${randomUUID()}`,
      SECRETS_KEY: randomBytes(32).toString('base64'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const exited = once(child, 'exit');
  return {
    printed: () => printed,
    says: (what: RegExp) =>
      until(
        `it says ${String(what)}`,
        () => {
          if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}:\n${printed}`);
          return what.test(printed);
        },
        100_000,
      ),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

const WAITS = /"level":40.*PostgreSQL takes no connection: waiting for it, 1\d\d s at most/;

test('a process that starts when PostgreSQL is full waits, says so, and runs once it is not', async () => {
  await using database = await scratchDatabase();
  const admin = new Client({ connectionString: database.url });
  await admin.connect();
  const role = `few_${randomBytes(4).toString('hex')}`;
  await admin.query(`create role ${role} login password 'few' connection limit 0 in role pg_read_all_data, pg_write_all_data`);
  await admin.query(`grant create on schema public to ${role}`);
  try {
    const own = new URL(database.url);
    [own.username, own.password] = [role, 'few'];
    await using app = await start(own.href);
    await app.says(WAITS);
    expect(app.printed()).toContain('too many connections for role');
    await admin.query(`alter role ${role} connection limit 60`);
    await app.says(/the API listens/);
  } finally {
    await admin.query(`drop owned by ${role}`);
    await admin.query(`drop role ${role}`);
    await admin.end();
  }
}, 240_000);

test('a process that starts while PostgreSQL is away waits, says so, and runs once it is back', async () => {
  await using database = await scratchDatabase();
  await using line = relay();
  const port = await freePort();
  const url = new URL(database.url);
  url.port = String(port);
  await using app = await start(url.href);
  await app.says(WAITS);
  expect(app.printed()).toContain('ECONNREFUSED');
  await line.open(database.url, port);
  await app.says(/the API listens/);
}, 240_000);

test('patience ends: with one sentence when it was in vain, at once for what time does not mend', async () => {
  await using database = await scratchDatabase();
  const lines: string[] = [];
  const log = { warn: (_: object, line: string) => void lines.push(line) };
  const ask = (url: string) => async () => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.end();
  };
  const away = patiently(ask('postgres://nobody@127.0.0.1:1/none'), log, 1500);
  await expect(away).rejects.toThrow(
    new DatabaseUnusable('PostgreSQL took no connection for 2 s: connect ECONNREFUSED 127.0.0.1:1'),
  );
  expect(lines).toHaveLength(1);
  const missing = new URL(database.url);
  missing.pathname = '/no_such_database';
  await expect(patiently(ask(missing.href), log)).rejects.toThrow('database "no_such_database" does not exist');
  expect(lines).toHaveLength(1);
});
