import { readFile, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client as Temporal, Connection } from '@temporalio/client';
import { Client } from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { lastLines, outputOf, run, startChild } from '../../dev/launchers/child.ts';
import { freePort } from '../../dev/launchers/ports.ts';
import { startPostgres } from '../../dev/launchers/postgres.ts';
import { ensureProductionServer, type ProductionServer } from '../../dev/launchers/temporal-binary.ts';
import { answers } from '../../dev/launchers/temporal.ts';
import { prepareNamespace, searchAttributes } from '../../temporal/connect.ts';
import { until } from '../fixtures/app.ts';
import { temporaryFolder } from '../fixtures/launcher.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const Service = z.object({
  environment: z.record(z.string(), z.string()),
  entrypoint: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
});
const Compose = z.object({ services: z.object({ 'temporal-schema': Service, temporal: Service }) });

let programs: ProductionServer;
beforeAll(async () => {
  programs = await ensureProductionServer((line) => process.stderr.write(`${line}\n`));
}, 2_700_000); // Built with Go: once, then cached.

/** A service as Compose would start it, with what `.env` says. */
async function service(name: 'temporal' | 'temporal-schema', dotenv: Record<string, string>) {
  const file = parse(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true });
  const { environment, entrypoint, command, volumes } = Compose.parse(file).services[name];
  const fill = (text: string) =>
    text.replaceAll(/\$\{(\w+)(?::[?-]([^}]*))?\}/g, (_, key: string, other = '') => dotenv[key] ?? other).replaceAll('$$', '$');
  return {
    environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, fill(value)])),
    command: [...entrypoint, ...command].map(fill),
    mounts: volumes.map((volume) => {
      const [here = '', there = ''] = volume.split(':');
      return { here: resolve(ROOT, here), there };
    }),
  };
}
const withEnv = (environment: Record<string, string>, ...command: string[]) => [
  '/usr/bin/env',
  '-i',
  ...Object.entries(environment).map(([key, value]) => `${key}=${value}`),
  ...command,
];

test('Temporal starts with the environment of docker-compose.yml, serves, and logs little', async () => {
  await using folder = await temporaryFolder();
  const logFile = join(folder.path, 'temporal.log');
  const log = { info: () => {}, warn: (line: string) => void process.stderr.write(`${line}\n`) };
  await using postgres = await startPostgres({ throwaway: true, log });
  const database = new URL(postgres.url);
  const dotenv = { TEMPORAL_DATABASE_PASSWORD: `${randomBytes(12).toString('base64')}/@:%` };
  const sql = new Client({ connectionString: postgres.url });
  await sql.connect();
  await sql.query(`create role temporal login createdb password '${dotenv.TEMPORAL_DATABASE_PASSWORD}'`);
  await sql.end();

  // Twice, as each `docker compose up` does it.
  const schema = await service('temporal-schema', dotenv);
  const [shell = '', flags = '', script = ''] = schema.command;
  const here = script.replaceAll('/etc/temporal/schema/postgresql/v12', programs.schema);
  expect(here).not.toContain('/etc/');
  for (let time = 1; time <= 2; time++) {
    const environment = { ...schema.environment, SQL_HOST: database.hostname, SQL_PORT: database.port };
    const path = { PATH: `${dirname(programs.sqlTool)}:/usr/bin:/bin` };
    const command = withEnv({ ...environment, ...path }, shell, flags, here);
    await run({ command, logFile: join(folder.path, 'schema.log'), endWith: 'TERM', graceSeconds: 5 });
  }

  const { environment, mounts } = await service('temporal', dotenv);
  const mounted = mounts.find(({ there }) => there === environment['DYNAMIC_CONFIG_FILE_PATH']);
  expect((await stat(mounted?.here ?? '/none')).isFile()).toBe(true);
  const known = await outputOf([programs.server, 'validate-dynamic-config', mounted?.here ?? '']);
  expect(known).toBe(mounted?.here); // An unknown setting would be a line below.
  const port = await freePort();
  const ports = ['FRONTEND_HTTP_PORT', 'FRONTEND_MEMBERSHIP_PORT', 'HISTORY_GRPC_PORT', 'HISTORY_MEMBERSHIP_PORT'].concat([
    'MATCHING_GRPC_PORT',
    'MATCHING_MEMBERSHIP_PORT',
    'WORKER_GRPC_PORT',
    'WORKER_MEMBERSHIP_PORT',
  ]);
  const loopback = {
    POSTGRES_SEEDS: database.hostname,
    DB_PORT: database.port,
    BIND_ON_IP: '127.0.0.1',
    FRONTEND_GRPC_PORT: String(port),
    ...Object.fromEntries(await Promise.all(ports.map(async (name) => [name, String(await freePort())]))),
    DYNAMIC_CONFIG_FILE_PATH: mounted?.here ?? '',
  };
  const command = withEnv({ ...environment, ...loopback }, programs.server, 'start');
  await using server = await startChild({ command, logFile, endWith: 'TERM', graceSeconds: 20 });
  await until(
    'Temporal serves',
    async () => {
      if (server.hasEnded()) throw new Error(`Temporal ended by itself:\n${await lastLines(logFile)}`);
      return answers(port, 'temporal-system');
    },
    60_000,
  );

  const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
  try {
    await prepareNamespace(connection, 'aller-retour');
    const client = new Temporal({ connection, namespace: 'aller-retour' });
    const start = (index: number) => () =>
      client.workflow.start('story', {
        workflowId: `story ${index}`,
        taskQueue: 'none',
        priority: { fairnessKey: 'account', fairnessWeight: 1 },
        typedSearchAttributes: [{ key: searchAttributes.accountId, value: 'account' }],
      });
    const first = await until('the namespace is known', () => start(0)().catch(() => null), 30_000);
    await Promise.all(Array.from({ length: 50 }, (_, index) => start(index + 1)()));
    expect((await first.describe()).status.name).toBe('RUNNING');
  } finally {
    await connection.close();
  }
  const written = await readFile(logFile, 'utf8');
  expect(written).not.toMatch(/"level":"(debug|info)"/);
  expect(written.length).toBeLessThan(50_000);
}, 180_000);
