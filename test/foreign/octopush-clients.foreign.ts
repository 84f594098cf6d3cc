import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import { beforeAll, expect, test } from 'vitest';
import { textOf } from '../../dev/seed.ts';
import { phone, startApp, until } from '../fixtures/app.ts';
import { clients, installClients } from './octopush-programs.ts';

const LOGIN = 'me@example.com';
const HOST = 'api.octopush.com';

beforeAll(installClients, 300_000);

const portOf = (server: Pick<Server, 'address'>): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** A proxy that leads https to the product, under a certificate for the provider's host. */
async function startTlsProxy(target: number) {
  const folder = await mkdtemp(join(tmpdir(), 'octopush-ca-'));
  const made = await generate([{ name: 'commonName', value: HOST }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: HOST }] }],
  });
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, made.cert);
  const inside = createTlsServer({ key: made.private, cert: made.cert }, (socket) => {
    const to = connect(target, '127.0.0.1');
    for (const each of [socket, to]) each.on('error', () => each.destroy());
    socket.pipe(to).pipe(socket);
  }).listen(0, '127.0.0.1');
  const proxy = createServer().listen(0, '127.0.0.1');
  proxy.on('connect', (_request, socket) => {
    const to = connect(portOf(inside), '127.0.0.1', () => socket.write('HTTP/1.1 200 Connection Established\r\n\r\n'));
    for (const each of [socket, to]) each.on('error', () => each.destroy());
    socket.pipe(to).pipe(socket);
  });
  await Promise.all([once(inside, 'listening'), once(proxy, 'listening')]);
  return {
    url: `http://127.0.0.1:${portOf(proxy)}`,
    ca,
    async [Symbol.asyncDispose]() {
      proxy.close();
      inside.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const CASES = [
  {
    client: 'npm',
    format: 'octopush-v0-form',
    number: (e164: string) => e164.replace('+', '00'),
    refused: /Incorrect login details/,
  },
  {
    client: 'pypi',
    format: 'octopush-v0-form',
    number: (e164: string) => e164.replace('+', '00'),
    refused: /Incorrect login|login/i,
  },
  { client: 'apprise', format: 'octopush-json', number: (e164: string) => e164, refused: /refused/ },
] as const;

test.each(CASES)(
  '$client sends unmodified, hears of its reply, and is refused with a wrong key',
  async ({ client, format, number, refused }) => {
    await using app = await startApp({ ways: {} });
    await using proxy = await startTlsProxy(Number(new URL(app.url).port));
    const ways = { http: app.url, tls: proxy.url, ca: proxy.ca };
    await app.account.send('PATCH', '/v1/account', { octopushLogin: LOGIN });
    const made = await app.account.send('POST', '/v1/callback-endpoints', {
      url: `${app.world.endpoint.url}/hook/${client}?token=s3cret`,
      format,
    });
    app.world.endpoint.addSecret(textOf(made, 'secret'));
    const asked = { what: 'sms', login: LOGIN, key: app.key, to: phone(1), text: 'Serez-vous là ?' } as const;

    const sent = await clients[client](asked, ways);
    expect(sent).toMatchObject({ failed: false });
    // Apprise tells nobody its ticket.
    const ticket = client === 'apprise' ? undefined : (/"ticket": ?\[?"([0-9a-f-]{36})"/.exec(sent.said)?.[1] ?? 'none');
    expect(sent.said).toContain(ticket ?? 'sent');
    const received = await until('the phone has it', () => app.world.phones.received[0]);
    expect(received.text).toContain('Serez-vous là ?');

    await app.world.phones.reply(phone(1), 'OUI');
    const call = await until('the reply is posted', () => app.world.endpoint.calls.find(({ name }) => name === client));
    const body: Record<string, unknown> =
      format === 'octopush-json' ? JSON.parse(call.body) : Object.fromEntries(new URLSearchParams(call.body));
    expect(body).toMatchObject({ number: number(phone(1)), text: 'OUI', ...(ticket ? { message_id: ticket } : {}) });

    const wrong = await clients[client]({ ...asked, key: `ar_${'x'.repeat(43)}` }, ways);
    expect(wrong.said).toMatch(refused);
    expect(app.world.phones.received).toHaveLength(1);
    if (client === 'apprise') return;
    const balance = await clients[client]({ ...asked, what: 'balance' }, ways);
    expect(balance).toMatchObject({ failed: false, said: expect.stringContaining('000') });
  },
);
