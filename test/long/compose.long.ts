import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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

test('docker compose up, an operator, a campaign, a reply by mail and callback, and a rolling restart that loses nothing', async () => {
  await using engine = await startEngine();
  const host = await engine.host();
  await using world = await startWorld({ shortCodes: SHORT_CODES, sims: SIMS, receipts: { delayMs: 20 } });
  await using _ = await openTo(host, [world.ports.smsc, world.ports.smtp, world.ports.endpoint]);
  const secret = () => `${randomBytes(12).toString('base64')}/@:`;
  await writeFile(
    join(engine.source, '.env'),
    [
      `POSTGRES_PASSWORD=${secret()}`,
      `DATABASE_PASSWORD=${secret()}`,
      `TEMPORAL_DATABASE_PASSWORD=${secret()}`,
      `SECRETS_KEY=${randomBytes(32).toString('base64')}`,
      'PUBLIC_URL=http://127.0.0.1:3000',
      `SMTP_URL=smtp://${host}:${world.ports.smtp}`,
      'MAIL_FROM=replies@aller-retour.example',
      'CALLBACK_ALLOW_HTTP=true',
      'CALLBACK_PORTS=*',
      `CALLBACK_ALLOW_CIDRS=${host}/32`,
    ].join('\n'),
  );
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => void (await engine.compose('down', '--volumes', '--timeout', '5')));
  await engine.compose('up', '--detach', '--no-build');
  const states = async () =>
    (await engine.compose('ps', '--all', '--format', '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}'))
      .trim()
      .split('\n')
      .toSorted();
  await until(
    'all services are healthy',
    async () =>
      (await states()).filter((line) => line.includes('healthy')).length === 5 && !(await states()).join().includes('unhealthy'),
    240_000,
  );
  expect((await states()).filter((line) => line.includes('exited'))).toEqual(['roles exited  0', 'temporal-schema exited  0']);

  const printed = await engine.compose(
    'exec',
    '-T',
    'api',
    'node',
    'dist/cli/admin.js',
    'create-operator',
    '--email',
    'you@example.com',
  );
  const operatorKey = printed.trim().split('\n').at(-1) ?? '';
  const url = 'http://127.0.0.1:3000';
  const { account, key, callback } = await seed({
    url,
    operatorKey,
    smpp: {
      host,
      port: world.ports.smsc,
      systemId: world.smsc.systemId,
      password: world.smsc.password,
      shortCodes: SHORT_CODES,
      settings: { window: 10, reconnectMinMs: 50 },
    },
    emails: [{ address: MAIL, locale: 'fr' }],
    callbackUrl: `http://${host}:${world.ports.endpoint}/hook`,
  });
  world.endpoint.addSecret(callback?.secret ?? '');
  const recipients = Array.from({ length: 50 }, (_, index) => ({ to: phone(index) }));
  const campaign = {
    name: 'Rentrée',
    route: 'premium',
    withReplies: true,
    purpose: 'transactional',
    text: 'Une réponse ?',
    recipients,
  };
  await account.send('POST', '/v1/campaigns', campaign, { 'idempotency-key': 'once' });
  await until('the phones have it', () => world.phones.received.length === recipients.length, 60_000);
  await world.phones.reply(phone(0), 'oui 0');
  const home = () =>
    new Set(world.endpoint.calls.filter(({ answered }) => answered === 200).map(({ body }) => /oui \d+/.exec(body)?.[0]));
  await until('it came by callback', () => home().has('oui 0'), 60_000).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${await engine.compose('logs', '--tail', '50', 'postgres', 'worker')}`);
  });
  await until('and by mail', () => world.mailbox.mails.some(({ raw }) => raw.includes('oui 0')), 60_000);

  // Each process is replaced while phones go on answering.
  const replies = (async () => {
    for (let index = 1; index < recipients.length; index++) {
      void until('the network takes it', () => world.phones.reply(phone(index), `oui ${index}`).catch(() => false), 120_000);
      await sleep(500);
    }
  })();
  await engine.compose('up', '--detach', '--no-build', '--no-deps', '--force-recreate', 'worker');
  await engine.compose('up', '--detach', '--no-build', '--no-deps', '--force-recreate', 'api');
  await replies;
  await until('all came home', () => home().size === recipients.length, 120_000);
  expect(world.endpoint.calls.filter(({ answered }) => answered === 200)).toHaveLength(recipients.length);
  await until(
    'the API is back',
    () =>
      createClient(url, key)
        .get('/v1/account')
        .catch(() => false),
    60_000,
  );
  expect(world.smsc.submitted).toHaveLength(recipients.length);
  const size = Number(await engine.docker('image', 'inspect', 'aller-retour', '--format', '{{.Size}}'));
  const base = Number(await engine.docker('image', 'inspect', 'node:24-bookworm-slim', '--format', '{{.Size}}'));
  expect((size - base) / 1_048_576).toBeLessThan(350);
}, 1_800_000);
