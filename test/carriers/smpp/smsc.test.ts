import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { encodePdu } from '../../../carriers/smpp/codec/encode.ts';
import { createFramer } from '../../../carriers/smpp/codec/framer.ts';
import { STATUS } from '../../../carriers/smpp/codec/status.ts';
import { MESSAGE_DEFAULTS } from '../../../carriers/smpp/codec/pdu.ts';
import type { Bind, BindCommand, OutgoingPdu, Pdu, SubmitSm } from '../../../carriers/smpp/codec/pdu.ts';
import { PASSWORD, startTestSmsc, until } from '../../fixtures/smpp-session.ts';

/** A client with no manners: sends what it is told, keeps what it gets. */
async function openRawClient(port: number) {
  const socket = connect(port, '127.0.0.1');
  const framer = createFramer();
  const received: Pdu[] = [];
  socket.on('data', (chunk) => received.push(...framer.feed(chunk).pdus));
  socket.on('error', () => {});
  await once(socket, 'connect');
  let closed = false;
  socket.on('close', () => (closed = true));
  return {
    received,
    closed: () => closed,
    send: (...pdus: OutgoingPdu[]) => socket.write(Buffer.concat(pdus.map(encodePdu))),
    sendOctets: (octets: Buffer) => socket.write(octets),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

const bind = (command: BindCommand = 'bind_transceiver', login: Partial<Bind> = {}): Bind => ({
  command,
  status: 0,
  sequence: 1,
  systemId: 'aller',
  password: PASSWORD,
  systemType: '',
  interfaceVersion: 0x34,
  range: { ton: 0, npi: 0, address: '' },
  ...login,
});

const submission = (sequence: number, overrides: Partial<SubmitSm> = {}): SubmitSm => ({
  ...MESSAGE_DEFAULTS,
  command: 'submit_sm',
  status: 0,
  sequence,
  source: { ton: 3, npi: 0, address: '36111' },
  destination: { ton: 1, npi: 1, address: '33612345678' },
  shortMessage: Buffer.from('hello'),
  ...overrides,
});

test('a submission before the bind, or on a receiver’s, is told so and not taken', async () => {
  await using smsc = await startTestSmsc();
  using client = await openRawClient(smsc.port);
  client.send(submission(1), bind('bind_receiver'), submission(2));
  await until(() => client.received.length === 3);
  expect(client.received.map(({ status }) => status)).toEqual([STATUS.wrongBindState, STATUS.ok, STATUS.wrongBindState]);
  expect(smsc.submitted).toEqual([]);
});

test.each([
  ['another system id', { systemId: 'other' }, STATUS.invalidSystemId],
  ['another password', { password: 'other' }, STATUS.invalidPassword],
])('a login with %s is refused, and the connection closed', async (_, login, status) => {
  await using smsc = await startTestSmsc();
  using client = await openRawClient(smsc.port);
  client.send(bind('bind_transceiver', login));
  await until(() => client.closed());
  expect(client.received).toMatchObject([{ command: 'bind_transceiver_resp', status }]);
});

test('a second bind on one connection is refused, and the first stays', async () => {
  await using smsc = await startTestSmsc();
  using client = await openRawClient(smsc.port);
  client.send(bind(), bind(), submission(3));
  await until(() => client.received.length === 3);
  expect(client.received.map(({ status }) => status)).toEqual([STATUS.ok, STATUS.alreadyBound, STATUS.ok]);
});

test('a command it does not know is refused by its sequence number; garbage ends the connection', async () => {
  await using smsc = await startTestSmsc();
  using client = await openRawClient(smsc.port);
  client.sendOctets(Buffer.from('00000010000000030000000000000007', 'hex'));
  client.sendOctets(Buffer.from('0000000f', 'hex'));
  await until(() => client.closed());
  expect(client.received).toMatchObject([
    { command: 'generic_nack', sequence: 7, status: STATUS.invalidCommandId },
    { command: 'generic_nack', sequence: 0, status: STATUS.invalidCommandLength },
  ]);
});

test('replies go to the receivers by turns, and what one leaves unanswered goes to another', async () => {
  await using smsc = await startTestSmsc();
  using first = await openRawClient(smsc.port);
  using second = await openRawClient(smsc.port);
  using sender = await openRawClient(smsc.port);
  first.send(bind('bind_receiver'));
  second.send(bind());
  sender.send(bind('bind_transmitter'));
  await until(() => smsc.bound() === 3);
  const delivered = Promise.all([1, 2, 3, 4].map(() => smsc.deliver({ from: '+33612345678', to: '36111', text: 'OUI' })));
  const brought = (client: { received: Pdu[] }): Pdu[] => client.received.filter(({ command }) => command === 'deliver_sm');
  await until(() => brought(first).length === 2 && brought(second).length === 2);
  first[Symbol.dispose]();
  await until(() => brought(second).length === 4);
  second.send(
    ...brought(second).map(({ sequence }) => ({ command: 'deliver_sm_resp' as const, status: 0, sequence, messageId: '' })),
  );
  await delivered;
  expect(brought(sender)).toEqual([]);
  expect(smsc.counts).toMatchObject({ delivered: 6, redelivered: 2, acknowledged: 4 });
});

test('a reply refused for good is not brought again, and whoever sent it learns it', async () => {
  await using smsc = await startTestSmsc();
  using client = await openRawClient(smsc.port);
  client.send(bind());
  const delivered = smsc.deliver({ from: '+33612345678', to: '36111', text: 'OUI' });
  await until(() => client.received.length === 2);
  client.send({ command: 'deliver_sm_resp', status: 0x65, sequence: client.received[1]?.sequence ?? 0, messageId: '' });
  await expect(delivered).rejects.toThrow('ESME_RX_P_APPN');
});

test('a receipt comes only to a submission that asked for one', async () => {
  await using smsc = await startTestSmsc({ receipts: { delayMs: 1, stat: 'UNDELIV' } });
  using client = await openRawClient(smsc.port);
  client.send(bind(), submission(2), submission(3, { registeredDelivery: 1 }));
  await until(() => smsc.counts.delivered === 1);
  await until(() => client.received.length === 4);
  expect(client.received[3]).toMatchObject({ command: 'deliver_sm', esmClass: 4, source: { address: '33612345678' } });
});

test('each whole message is told once, when it was accepted', async () => {
  const told: string[] = [];
  await using smsc = await startTestSmsc({
    onMessage: ({ from, to, text, segments }) => told.push(`${from} ${to} ${text} ${segments}`),
  });
  using client = await openRawClient(smsc.port);
  const part = (index: number, text: string) => ({
    esmClass: 0x40,
    shortMessage: Buffer.from(`\x05\x00\x03\x09\x02${String.fromCharCode(index)}${text}`),
  });
  client.send(bind(), submission(2, part(2, 'world')), submission(3), submission(4, part(1, 'hello ')));
  await until(() => client.received.length === 4);
  expect(told).toEqual(['36111 +33612345678 hello 1', '36111 +33612345678 hello world 2']);
});
