import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild } from '../../dev/launchers/child.ts';
import { freePort } from '../../dev/launchers/ports.ts';

const run = promisify(execFile);
const BIN = '/usr/lib/postgresql/15/bin';

/** Debian's PostgreSQL 15, the oldest that the product takes, with the programs that an operator has: psql, pg_dump, pg_restore. */
export async function startDebianPostgres(more: string[] = []) {
  // Without the cluster that the package makes.
  await run('sh', [
    '-c',
    `test -x ${BIN}/postgres || { mkdir -p /etc/postgresql-common && echo create_main_cluster=false > /etc/postgresql-common/createcluster.conf
     apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql-15; }`,
  ]);
  const [folder, port] = [await mkdtemp(join(tmpdir(), 'postgres-15-')), await freePort()];
  const data = join(folder, 'data');
  await writeFile(join(folder, 'password'), 'of the superuser');
  await run('chown', ['-R', 'postgres', folder]);
  const as = (...command: string[]) => ['runuser', '-u', 'postgres', '--', ...command];
  const [initdb = '', ...options] = as(
    `${BIN}/initdb`,
    '-D',
    data,
    '-A',
    'scram-sha-256',
    '--pwfile',
    join(folder, 'password'),
    '-U',
    'postgres',
  );
  await run(initdb, options);
  const server = await startChild({
    command: as(`${BIN}/postgres`, '-D', data, '-p', String(port), '-k', folder, '-c', 'fsync=off', ...more),
    logFile: join(folder, 'log'),
    endWith: 'INT',
    graceSeconds: 20,
  });
  const env = {
    PATH: `${BIN}:${process.env['PATH']}`,
    PGHOST: '127.0.0.1',
    PGPORT: String(port),
    PGUSER: 'postgres',
    PGPASSWORD: 'of the superuser',
  };
  for (let tries = 0; ; tries++) {
    const ready = await run(`${BIN}/pg_isready`, [], { env }).then(
      () => true,
      () => false,
    );
    if (ready) break;
    if (tries > 50) throw new Error('PostgreSQL 15 does not start');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    port,
    folder,
    /** Runs a script of an operator's as the superuser. */
    shell: async (script: string, more: Record<string, string> = {}): Promise<string> =>
      (await run('sh', ['-euc', script], { env: { ...env, ...more }, cwd: folder })).stdout,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
