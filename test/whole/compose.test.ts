import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configTable, readConfig, variableNames } from '../../config.ts';
import { outputOf } from '../../dev/launchers/child.ts';
import { refuseNode } from '../../cli/node-version.ts';
import { startApp, until } from '../fixtures/app.ts';
import { temporaryFolder } from '../fixtures/launcher.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string) => readFile(join(ROOT, name), 'utf8');

const Service = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  env_file: z.string().optional(),
  logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }).optional(),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  restart: z.string().optional(),
});
const Compose = z.object({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.unknown()) });

const compose = async () => Compose.parse(parse(await read('docker-compose.yml'), { merge: true }));
const ours = async () => Object.entries((await compose()).services).filter(([, service]) => service.build !== undefined);

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['dev/build.ts'], { cwd: ROOT });
}, 300_000);

test('docker-compose.yml is what the Compose specification allows', async () => {
  const ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  // The linter's package ships the specification's schema.
  const validate = ajv.compile(JSON.parse(await read('node_modules/dclint/schemas/compose.schema.json')));
  // Extension fields (`x-…`) carry anchors.
  validate(parse(await read('docker-compose.yml'), { merge: true }));
  expect(validate.errors ?? []).toEqual([]);
});

test('every variable that it gives is one that the product reads; the required ones are given', async () => {
  const required = variableNames.filter((name) => {
    try {
      readConfig({});
      return false;
    } catch (error) {
      return String(error).includes(`${name}: is missing`);
    }
  });
  expect(required).toEqual(expect.arrayContaining(['DATABASE_URL', 'TEMPORAL_ADDRESS', 'SECRETS_KEY']));
  for (const [, service] of await ours()) {
    const given = Object.keys(service.environment);
    expect(given.filter((name) => name !== 'NODE_ENV' && name !== 'PGPASSWORD' && !variableNames.includes(name))).toEqual([]);
    expect(required.filter((name) => !given.includes(name))).toEqual([]);
  }
});

test('every setting comes from .env, but for those that the file decides itself', async () => {
  const decided = ['DATABASE_URL', 'HOST', 'METRICS_PORT', 'NODE_ENV', 'ROLE', 'TEMPORAL_ADDRESS'];
  const unreachable = (await ours()).map(([name, { env_file, environment }]) => {
    // A service's own environment goes before its file.
    const fromFile = (each: string) => (each in environment ? environment[each]?.startsWith(`\${${each}`) : env_file === '.env');
    return [name, variableNames.filter((each) => !fromFile(each)).toSorted()];
  });
  expect(unreachable).toEqual([
    ['api', [...decided, 'MAIL_INBOUND_PORT', 'PORT'].toSorted()],
    ['worker', decided],
  ]);
});

test('PostgreSQL takes all connections of two of each and Temporal; every service rotates logs', async () => {
  const { services } = await compose();
  const [, most] = /^max_connections=(\d+)$/.exec(services['postgres']?.command?.at(-1) ?? '') ?? [];
  const { DATABASE_POOL } = readConfig({ DATABASE_URL: 'postgres://x/y', TEMPORAL_ADDRESS: 'x', SECRETS_KEY: 'x' });
  const [ofOurs, ofTemporal] = [4 * DATABASE_POOL, 4 * (20 + 10)];
  expect(Number(most)).toBeGreaterThan(ofOurs + ofTemporal);
  expect(Object.values(services).filter(({ logging }) => !logging?.options['max-size'] || !logging.options['max-file'])).toEqual(
    [],
  );
});

test('every command of our services is in what the build makes', async () => {
  const services = await ours();
  expect(services.map(([name, { command }]) => [name, ...(command ?? [])])).toEqual([
    ['api', 'node', 'dist/main.js'],
    ['worker', 'node', '--max-old-space-size=512', 'dist/main.js'],
  ]);
  await access(join(ROOT, 'dist/main.js'));
  expect(await read('Dockerfile')).toContain('"dist/main.js"');
});

test('no password has a default: every secret is asked for by name, and .env.example names it', async () => {
  const text = await read('docker-compose.yml');
  const example = await read('.env.example');
  const asked = [...text.matchAll(/\$\{(\w+)(:\?|:-)?/g)].map(([, name = '', kind]) => ({ name, kind }));
  const secret = asked.filter(({ name }) => /PASSWORD|KEY|SECRET|SMTP_URL/.test(name));
  expect(secret.length).toBeGreaterThan(0);
  expect(secret.filter(({ kind }) => kind !== ':?')).toEqual([]);
  expect(asked.filter(({ name, kind }) => kind === ':?' && !example.includes(`${name}=`))).toEqual([]);
  expect(example.split('\n').filter((line) => /^\w+=./.test(line))).toEqual([]);
  expect(text).not.toMatch(/:\/\/[^\s@]*\$\{\w*PASSWORD/); // In an address a / or an @ of it would mean something else.
});

test('the Temporal UI is reachable from this machine only; lasting services come back, watched', async () => {
  const { services } = await compose();
  expect(services['temporal-ui']?.ports).toEqual(['127.0.0.1:8080:8080']);
  const lasting = ['postgres', 'temporal', 'temporal-ui', 'api', 'worker'];
  expect(lasting.filter((name) => services[name]?.restart !== 'unless-stopped')).toEqual([]);
  expect(lasting.filter((name) => services[name]?.healthcheck === undefined)).toEqual([]);
});

test('the built product runs as an API and a worker apart, and says how it is', async () => {
  await using app = await startApp({ ways: {} });
  const child = execFile(process.execPath, [join(ROOT, 'dist/main.js')], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      ROLE: 'api',
      PORT: '0',
      DATABASE_URL: app.config.DATABASE_URL,
      TEMPORAL_ADDRESS: app.config.TEMPORAL_ADDRESS,
      TEMPORAL_NAMESPACE: app.config.TEMPORAL_NAMESPACE,
      SECRETS_KEY: app.config.SECRETS_KEY,
    },
  });
  try {
    let printed = '';
    child.stdout?.on('data', (chunk: string) => (printed += chunk));
    const url = await until('the built API listens', () => /"url":"([^"]+)"/.exec(printed)?.[1], 60_000);
    const ready = await fetch(`${url}/ready`);
    expect(ready.status).toBe(200);
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
  expect(child.exitCode).toBe(0);
}, 120_000);

test('every older Node is told which one is needed, and from 24.7 on all are taken', () => {
  const taken = ['18.20.8', '20.20.2', '22.23.3', '24.6.0', '24.7.0', '24.21.0', '25.0.0', '26.10.0'];
  expect(taken.filter((version) => refuseNode(version) === null)).toEqual(['24.7.0', '24.21.0', '25.0.0', '26.10.0']);
});

test('what is built, and what npm starts, says in a sentence which Node it needs', async () => {
  await using folder = await temporaryFolder();
  const node = await olderNode(folder.path);
  const version = (await outputOf([node, '--version']))?.slice(1);
  const sentence = `Aller-Retour needs Node 24.7 or newer, and this is Node ${version}: install Node 24 from https://nodejs.org, or run it by an npm script, which brings its own on Linux and on Intel Macs.\n`;
  for (const script of ['dist/main.js', 'dist/cli/admin.js', 'cli/admin.ts', 'dev/build.ts', 'dev/demo/demo.ts', 'dev/dev.ts']) {
    const loader = script.endsWith('.ts') ? ['--import', 'tsx'] : [];
    const ended = promisify(execFile)(node, [...loader, script], { cwd: ROOT });
    await expect(ended).rejects.toMatchObject({ code: 1, stdout: '', stderr: sentence });
  }
}, 300_000);

/** The machine's own Node where it is an older one, otherwise one from npm. */
async function olderNode(folder: string): Promise<string> {
  const own = (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, 'node'));
  for (const node of own) if (refuseNode((await outputOf([node, '--version']))?.slice(1) ?? '99')) return node;
  const name = `node-${process.platform}-${process.arch}`;
  await promisify(execFile)('npm', ['install', '--prefix', folder, '--no-save', `${name}@20.20.2`]);
  return join(folder, 'node_modules', name, 'bin', 'node');
}

test('docs/configuration.md has the table of variables that the configuration prints', async () => {
  expect(await read('docs/configuration.md')).toContain(configTable());
});

test('the newest release in the CHANGELOG is the version of the package', async () => {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await read('package.json')));
  expect(/^## (.+)$/m.exec(await read('CHANGELOG.md'))?.[1]).toBe(version);
});
