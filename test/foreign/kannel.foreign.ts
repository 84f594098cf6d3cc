import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTestSmsc, PASSWORD } from '../fixtures/smpp-session.ts';
import { eventually, startProgram } from './peer.ts';

const portOf = (server: { address(): unknown }): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0;
};

/** Ports that were free a moment ago: Kannel can't be asked which it took. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createTcpServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const configuration = (folder: string, [admin, box, sms]: number[], smsc: number, customer: number): string => `
group = core
admin-port = ${admin}
admin-password = none
smsbox-port = ${box}
log-level = 0
log-file = "${folder}/bearerbox.log"
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = ours
host = 127.0.0.1
port = ${smsc}
transceiver-mode = true
smsc-username = aller
smsc-password = ${PASSWORD}
system-type = ""
reconnect-delay = 1
my-number = 36111

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${sms}
log-file = "${folder}/smsbox.log"
log-level = 0

group = sendsms-user
username = kannel
password = kannel
max-messages = 9
concatenation = true

group = sms-service
keyword = default
catch-all = true
omit-empty = true
concatenation = true
max-messages = 0
get-url = "http://127.0.0.1:${customer}/mo?from=%p&to=%P&text=%b"
`;

/** Kannel, bound to the SMSC that this repository ships, with a web server as its customer. */
async function startKannel() {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'kannel-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const smsc = stack.use(await startTestSmsc({ receipts: { delayMs: 20 } }));
  const came: URLSearchParams[] = [];
  const customer = createServer((request, response) => {
    came.push(new URL(request.url ?? '', 'http://customer').searchParams);
    response.end();
  }).listen(0, '127.0.0.1');
  stack.defer(() => void customer.close());
  await once(customer, 'listening');
  const ports = await freePorts(3);
  const file = join(folder, 'kannel.conf');
  await writeFile(file, configuration(folder, ports, smsc.port, portOf(customer)));
  stack.use(startProgram('/usr/sbin/bearerbox', [file]));
  await eventually('the bearerbox is bound', () => smsc.bound() === 1);
  stack.use(startProgram('/usr/sbin/smsbox', [file]));
  const send = async (fields: Record<string, string>): Promise<number> => {
    const query = new URLSearchParams({ username: 'kannel', password: 'kannel', ...fields });
    for (let tries = 0; ; tries++) {
      const answer = await fetch(`http://127.0.0.1:${ports[2]}/cgi-bin/sendsms?${query.toString()}`).catch(() => null);
      if (answer?.status === 202) return answer.status;
      if (tries > 100) return answer?.status ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const running = stack.move();
  return { smsc, came, send, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

test('Kannel binds to our SMSC, and what it sends arrives, in one part and in several', async () => {
  await using kannel = await startKannel();
  const long = 'Un texte de plusieurs parties, à lire en entier. '.repeat(6).trim();
  expect(await kannel.send({ from: '36111', to: '33612345678', text: 'Bonjour', charset: 'UTF-8' })).toBe(202);
  expect(await kannel.send({ from: '36111', to: '33612345679', text: long, charset: 'UTF-8' })).toBe(202);
  await eventually('both are there', () => kannel.smsc.submitted.length === 2);
  const byPhone = new Map(kannel.smsc.submitted.map((sms) => [sms.to.replace('+', ''), sms]));
  expect(byPhone.get('33612345678')).toMatchObject({ from: '36111', text: 'Bonjour', segments: 1 });
  expect(byPhone.get('33612345679')).toMatchObject({ text: long, segments: 2 });
});

test('what our SMSC brings is taken by Kannel and reaches its customer', async () => {
  await using kannel = await startKannel();
  // The smsbox is there once it has sent.
  await kannel.send({ from: '36111', to: '33612345678', text: 'Bonjour' });
  await kannel.smsc.deliver({ from: '+33612345678', to: '36111', text: 'OUI, avec plaisir' });
  const query = await eventually('the customer has it', () => kannel.came[0]);
  expect(query.get('text')).toBe('OUI, avec plaisir');
  expect(query.get('from')?.replace('+', '')).toBe('33612345678');
  expect(kannel.smsc.counts).toMatchObject({ refused: 0, nacks: 0 });
});
