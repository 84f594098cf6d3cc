import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { generate } from 'selfsigned';
import { expect, test } from 'vitest';
import { smpp } from '../../../carriers/smpp/smpp.ts';
import { aMessage, openTestSession, startTestSmsc, submitAll, until } from '../../fixtures/smpp-session.ts';

/** The simulated SMSC behind TLS, with a certificate for `smsc.example`. */
async function startTlsSmsc(asking: object = {}) {
  await using stack = new AsyncDisposableStack();
  const smsc = stack.use(await startTestSmsc());
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'smsc.example' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'smsc.example' }] }],
  });
  const server = createServer({ key, cert, ...asking }, (socket) => {
    const there = connect(smsc.port, '127.0.0.1');
    for (const each of [socket, there]) each.on('error', () => each.destroy());
    socket.pipe(there).pipe(socket);
  });
  server.on('tlsClientError', () => {});
  stack.defer(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  const running = stack.move();
  return {
    smsc,
    cert,
    port: typeof address === 'object' && address ? address.port : 0,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

test('over TLS a certificate of the authority given, for the name given, is trusted', async () => {
  await using it = await startTlsSmsc();
  await using session = openTestSession(it.port, { tls: { serverName: 'smsc.example', ca: it.cert } });
  expect(await submitAll(session.session, [aMessage()])).toMatchObject([{ outcome: 'accepted' }]);
});

test.for<[string, (cert: string) => object]>([
  ['of an unknown authority', () => ({ serverName: 'smsc.example' })],
  ['for another name', (ca) => ({ serverName: 'other.example', ca })],
])('a certificate %s is refused, and no password is sent', async ([, tls]) => {
  await using it = await startTlsSmsc();
  await using session = openTestSession(it.port, { tls: tls(it.cert) });
  await until(() => session.session.health().lastError !== null);
  expect(session.session.health().state).toBe('connecting');
  expect(it.smsc.counts).toMatchObject({ binds: 0, refusedBinds: 0 });
});

test('an operator that asks for our certificate gets it, and takes nobody who has none', async () => {
  const { private: clientKey, cert: certificate } = await generate([{ name: 'commonName', value: 'aller' }]);
  await using it = await startTlsSmsc({ requestCert: true, rejectUnauthorized: true, ca: certificate });
  const tls = { serverName: 'smsc.example', ca: it.cert };
  await using known = openTestSession(it.port, { tls: { ...tls, certificate }, clientKey });
  expect(await submitAll(known.session, [aMessage()])).toMatchObject([{ outcome: 'accepted' }]);
  await using unknown = openTestSession(it.port, { tls });
  await until(() => unknown.session.health().lastError !== null);
  expect(it.smsc.counts.binds).toBe(1);
});

test('whoever switches the verification off gets what they asked for', async () => {
  await using it = await startTlsSmsc();
  await using session = openTestSession(it.port, { tls: { verify: false } });
  expect(await submitAll(session.session, [aMessage()])).toMatchObject([{ outcome: 'accepted' }]);
});

test.for<[object, string]>([
  [{ reconnectMinMs: 5000, reconnectMaxMs: 10 }, 'reconnectMaxMs'],
  [{ throttleMinMs: 5000, throttleMaxMs: 10 }, 'throttleMaxMs'],
  [{ dataCoding: { gsm7: 8, ucs2: 8 } }, 'dataCoding.ucs2'],
  [{ tls: { verify: false, ca: 'PEM' } }, 'tls.verify'],
  [{ clientKey: 'PEM' }, 'clientKey'],
])('settings that contradict each other are refused by name: %o', ([settings, field]) => {
  const login = { host: 'smsc', port: 2775, systemId: 'aller', password: 'secret' };
  const parsed = smpp.settings.safeParse({ ...login, ...settings });
  expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
});
