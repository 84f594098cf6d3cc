import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { openLive } from '../../database/live.ts';
import { openDatabase } from '../../database/orm.ts';
import { startChild } from '../../dev/launchers/child.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { scratchDatabase } from '../fixtures/database.ts';
import { freePort } from '../../dev/launchers/ports.ts';

const PROGRAM = '/usr/sbin/pgbouncer';

/** Debian's pgbouncer in transaction mode in front of the tests' PostgreSQL. */
async function startPooler() {
  await promisify(execFile)('sh', ['-c', `test -x ${PROGRAM} || { apt-get update && apt-get install --yes pgbouncer; }`]);
  const server = new URL(inject('postgresUrl'));
  const [folder, port] = [await mkdtemp(join(tmpdir(), 'pgbouncer-')), await freePort()];
  const config = join(folder, 'pgbouncer.ini');
  await promisify(execFile)('chmod', ['755', folder]);
  await writeFile(
    config,
    `[databases]
* = host=${server.hostname} port=${server.port} user=${server.username} password=${decodeURIComponent(server.password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = any
pool_mode = transaction
default_pool_size = 8
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
unix_socket_dir =
`,
    { mode: 0o644 },
  );
  const logFile = join(folder, 'log');
  const child = await startChild({
    command: process.getuid?.() === 0 ? ['runuser', '-u', 'nobody', '--', PROGRAM, config] : [PROGRAM, config],
    logFile,
    endWith: 'TERM',
    graceSeconds: 5,
  });
  return {
    through: (url: string) => Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href,
    log: () => readFile(logFile, 'utf8'),
    async [Symbol.asyncDispose]() {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test('behind pgbouncer in transaction mode a campaign goes out, replies come, news is heard', async () => {
  await using pooler = await startPooler();
  await using scratch = await scratchDatabase();
  await using app = await startApp({
    env: { DATABASE_URL: pooler.through(scratch.url), DATABASE_DIRECT_URL: scratch.url },
    ways: { callback: true },
    on: scratch.url,
  });
  const numbers = Array.from({ length: 200 }, (_, index) => phone(index));
  const campaign = await app.campaign(numbers.map((to) => ({ to })));
  await app.ended(campaign);
  await Promise.all(numbers.map((number) => app.world.phones.reply(number, `oui ${number}`)));
  await until('all came home', () => app.world.endpoint.calls.filter(({ answered }) => answered === 200).length >= 200, 60_000);
  expect((await app.metrics()).text).toMatch(/^aller_retour_database_news 1$/m);
  expect(await pooler.log()).not.toMatch(/prepared statement .* does not exist/);
});

test('a LISTEN through the pooler is noticed at the start', async () => {
  await using pooler = await startPooler();
  await using scratch = await scratchDatabase();
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const db = await openDatabase({ url: pooler.through(scratch.url), poolMax: 4, pooled: true });
  const live = openLive({ url: pooler.through(scratch.url), pool: db.pool, log });
  try {
    await until('it is said', () => lines.some((line) => line.includes('DATABASE_DIRECT_URL')), 20_000);
    expect(live.hears()).toBe(false);
  } finally {
    await live.close();
    await db.close();
  }
});
