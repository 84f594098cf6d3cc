import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { smscOf } from '../../dev/first-state.ts';
import { createClient, seed } from '../../dev/seed.ts';
import { startWorld } from '../../dev/simulator/world.ts';
import { MAIL, phone, SHORT_CODES, SIMS, sleep, until } from '../fixtures/app.ts';
import { startEngine } from './containers.ts';

/** Ports of this host's loopback, open to containers under the same number. */
async function openTo(address: string, ports: number[]) {
  const servers = ports.map((port) =>
    createServer((socket) => {
      const there = connect(port, '127.0.0.1');
      for (const each of [socket, there]) each.on('error', () => each.destroy());
      socket.pipe(there).pipe(socket);
    }).listen(port, address),
  );
  await Promise.all(servers.map((server) => once(server, 'listening')));
  return {
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) server.close();
    },
  };
}

type Engine = Awaited<ReturnType<typeof startEngine>>;

/** One authority, and a certificate of it for each of these hosts; the keys are theirs who read them. */
async function certify(engine: Engine, folder: string): Promise<void> {
  const userOf = async (image: string, name: string) =>
    (await engine.docker('run', '--rm', '--entrypoint', 'id', image, '-u', name)).trim();
  const owners = {
    postgres: await userOf('postgres:18', 'postgres'),
    temporal: '0',
    client: await userOf('aller-retour', 'node'),
  };
  const each = Object.entries(owners).map(
    ([name, owner]) => `openssl req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}
      printf 'subjectAltName=DNS:${name}' > extension
      openssl x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extension -out ${name}.pem
      chown ${owner} ${name}.key && chmod 600 ${name}.key`,
  );
  const script = `mkdir -p "${folder}" && cd "${folder}" && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 2
    ${each.join('\n')}`;
  await promisify(execFile)('sh', ['-ec', script]);
}

/** An operator's host: containers of these files with these settings beside the usual ones, all healthy, and the world about it. */
async function startHost({
  files = ['docker-compose.yml'],
  options = [],
  settings = {},
  services = 5,
  certified = false,
}: {
  files?: string[];
  options?: string[];
  settings?: Record<string, string>;
  services?: number;
  certified?: boolean;
}) {
  await using starting = new AsyncDisposableStack();
  const engine = starting.use(await startEngine());
  const host = await engine.host();
  const world = starting.use(await startWorld({ shortCodes: SHORT_CODES, sims: SIMS, receipts: { delayMs: 20 } }));
  starting.use(await openTo(host, [world.ports.smsc, world.ports.smtp, world.ports.endpoint]));
  const secret = () => `${randomBytes(12).toString('base64')}/@:`;
  const certificates = join(engine.source, 'certificates');
  if (certified) await certify(engine, certificates);
  const env = {
    ...(certified ? { CERTIFICATES: certificates } : {}),
    POSTGRES_PASSWORD: secret(),
    DATABASE_PASSWORD: secret(),
    TEMPORAL_DATABASE_PASSWORD: secret(),
    SECRETS_KEY: randomBytes(32).toString('base64'),
    PUBLIC_URL: 'http://127.0.0.1:3000',
    SMTP_URL: `smtp://${host}:${world.ports.smtp}`,
    MAIL_FROM: 'replies@aller-retour.example',
    CALLBACK_ALLOW_HTTP: 'true',
    CALLBACK_PORTS: '*',
    CALLBACK_ALLOW_CIDRS: `${host}/32`,
    ...settings,
  };
  await writeFile(
    join(engine.source, '.env'),
    Object.entries(env).map((pair) => `${pair.join('=')}\n`),
  );
  const compose = (...args: string[]) => engine.compose(...files.flatMap((file) => ['--file', file]), ...args);
  starting.defer(async () => void (await compose('down', '--volumes', '--timeout', '5')));
  await compose('up', '--detach', '--no-build', ...options);
  const states = async () =>
    (await compose('ps', '--all', '--format', '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}')).trim().split('\n').toSorted();
  await until(
    'all services are healthy',
    async () => {
      const now = await states();
      return now.filter((line) => line.includes('healthy')).length === services && !now.join().includes('unhealthy');
    },
    240_000,
  ).catch(async (error: unknown) => {
    throw new Error([error, ...(await states()), await compose('logs', '--tail', '20')].join('\n'));
  });
  expect((await states()).filter((line) => line.includes('exited'))).toEqual(['roles exited  0', 'temporal-schema exited  0']);
  const command = ['exec', '-T', 'api', 'node', 'dist/cli/admin.js', 'create-operator', '--email', 'you@example.com'];
  const operatorKey = (await compose(...command)).trim().split('\n').at(-1) ?? '';
  const running = starting.move();
  return {
    engine,
    world,
    compose,
    /** A first account with all ways, and a campaign of its own that has arrived. */
    async begin(url: string, count: number) {
      const seeded = await seed({
        url,
        operatorKey,
        smpp: { ...smscOf(world, SHORT_CODES, { window: 10, reconnectMinMs: 50 }), host },
        emails: [{ address: MAIL, locale: 'fr' }],
        callbackUrl: `http://${host}:${world.ports.endpoint}/hook`,
      });
      world.endpoint.addSecret(seeded.callback?.secret ?? '');
      const campaign = {
        name: 'Rentrée',
        route: 'premium',
        withReplies: true,
        purpose: 'transactional',
        text: 'Une réponse ?',
        recipients: Array.from({ length: count }, (_, index) => ({ to: phone(index) })),
      };
      await seeded.account.send('POST', '/v1/campaigns', campaign, { 'idempotency-key': 'once' });
      await until('the phones have it', () => world.phones.received.length === count, 60_000);
      return seeded;
    },
    /** Which answers are at the customer's endpoint. */
    home: () =>
      new Set(world.endpoint.calls.filter(({ answered }) => answered === 200).map(({ body }) => /oui \d+/.exec(body)?.[0])),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('docker compose up: a campaign, a reply by mail and callback, a rolling restart, no loss', async () => {
  await using running = await startHost({});
  const { engine, world, compose, home } = running;
  const [url, count] = ['http://127.0.0.1:3000', 50];
  const { key } = await running.begin(url, count);
  await world.phones.reply(phone(0), 'oui 0');
  await until('it came by callback', () => home().has('oui 0'), 60_000).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${await compose('logs', '--tail', '50', 'postgres', 'worker')}`);
  });
  await until('and by mail', () => world.mailbox.mails.some(({ raw }) => raw.includes('oui 0')), 60_000);

  // Each process is replaced while phones go on answering.
  const replies = (async () => {
    for (let index = 1; index < count; index++) {
      void until('the network takes it', () => world.phones.reply(phone(index), `oui ${index}`).catch(() => false), 120_000);
      await sleep(500);
    }
  })();
  await compose('up', '--detach', '--no-build', '--no-deps', '--force-recreate', 'worker');
  await compose('up', '--detach', '--no-build', '--no-deps', '--force-recreate', 'api');
  await replies;
  await until('all came home', () => home().size === count, 120_000);
  expect(world.endpoint.calls.filter(({ answered }) => answered === 200)).toHaveLength(count);
  await until(
    'the API is back',
    () =>
      createClient(url, key)
        .get('/v1/account')
        .catch(() => false),
    60_000,
  );
  expect(world.smsc.submitted).toHaveLength(count);
  const size = Number(await engine.docker('image', 'inspect', 'aller-retour', '--format', '{{.Size}}'));
  const base = Number(await engine.docker('image', 'inspect', 'node:24-bookworm-slim', '--format', '{{.Size}}'));
  expect((size - base) / 1_048_576).toBeLessThan(350);
}, 1_800_000);

test('behind Caddy, TLS between all parts: a reply comes home while an API is replaced', async () => {
  await using running = await startHost({
    files: ['docker-compose.yml', 'deploy/proxy.yml', 'deploy/tls.yml'],
    options: ['--scale', 'api=2'],
    settings: { PUBLIC_HOST: 'localhost', PUBLIC_URL: 'https://localhost' },
    certified: true,
    services: 7,
  });
  const { engine, world, compose, home } = running;
  await using stack = new AsyncDisposableStack();
  const trusted = getCACertificates();
  const authority = await compose('exec', '-T', 'proxy', 'cat', '/data/caddy/pki/authorities/local/root.crt');
  setDefaultCACertificates([...trusted, authority]);
  stack.defer(() => setDefaultCACertificates(trusted));
  const { account } = await running.begin('https://localhost', 10);
  await expect(fetch('http://127.0.0.1:3000/ready')).rejects.toThrow('fetch failed');
  expect((await fetch('http://localhost/ready', { redirect: 'manual' })).status).toBe(308);

  const refused: string[] = [];
  let going = true;
  const requests = (async () => {
    for (; going; await sleep(50)) await account.get('/v1/account').catch((error: unknown) => refused.push(String(error)));
  })();
  const [first = ''] = (await compose('ps', '--quiet', 'api')).split('\n');
  await engine.docker('restart', first);
  for (let index = 0; index < 10; index++) await world.phones.reply(phone(index), `oui ${index}`);
  await until('all came home', () => home().size === 10, 60_000);
  going = false;
  await requests;
  expect(refused).toEqual([]);

  const encrypted = `select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'aller_retour'`;
  const asked = [
    'exec',
    '-T',
    'postgres',
    'sh',
    '-c',
    `PGPASSWORD="$POSTGRES_PASSWORD" psql -U postgres -h 127.0.0.1 -Atc "${encrypted}"`,
  ];
  expect((await compose(...asked)).trim()).toBe('t');
  const plainly = `import('@temporalio/client').then(({ Connection }) => Connection.connect({ address: 'temporal:7233', connectTimeout: '5 s' })).then(() => {}, () => process.exit(3))`;
  await expect(compose('exec', '-T', 'api', 'node', '-e', plainly)).rejects.toMatchObject({ code: 3 });
}, 1_800_000);
