import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { CarrierEvents } from '../../../carriers/carrier.ts';
import { decodeText } from '../../../domain/sms/sms-text.ts';
import { openTestSession, until } from '../../fixtures/smpp-session.ts';

const BIND_TRANSCEIVER_RESP = 0x80000009;
const DELIVER_SM = 0x05;
const DATA_SM = 0x103;

/** A PDU octet by octet, by nobody's codec. */
function pdu(command: number, sequence: number, ...body: (string | number[])[]): Buffer {
  const octets = Buffer.concat(
    body.map((each) => (typeof each === 'string' ? Buffer.from(`${each}\0`, 'latin1') : Buffer.from(each))),
  );
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + octets.length, 0);
  header.writeUInt32BE(command, 4);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, octets]);
}
const tlv = (tag: number, value: string): number[] => [tag >> 8, tag & 255, 0, value.length, ...Buffer.from(value, 'latin1')];
const FROM_PHONE = [[1, 1], '33687654321', [3, 0], '36111'];

/** service_type, addresses, esm_class, protocol_id, priority, two dates, four octets, the length, the text, then parameters. */
const deliverSm = (sequence: number, esmClass: number, text: string, ...tlvs: number[][]): Buffer =>
  pdu(
    DELIVER_SM,
    sequence,
    '',
    ...FROM_PHONE,
    [esmClass, 0, 0],
    '',
    '',
    [0, 0, 0, 0, text.length, ...Buffer.from(text)],
    ...tlvs,
  );
/** service_type, addresses, esm_class, registered_delivery, data_coding, then parameters. */
const dataSm = (sequence: number, esmClass: number, ...tlvs: number[][]): Buffer =>
  pdu(DATA_SM, sequence, '', ...FROM_PHONE, [esmClass, 0, 0], ...tlvs);

const [RECEIPTED_MESSAGE_ID, MESSAGE_STATE, MESSAGE_PAYLOAD] = [0x1e, 0x0427, 0x0424];

/** An SMSC of a few lines: it lets everybody in, and keeps what it is told, as hexadecimal. */
async function startPeer() {
  const heard: string[] = [];
  let client: Socket | undefined;
  const server = createServer((socket) => {
    client = socket;
    socket.on('data', (octets) => {
      for (let at = 0; at < octets.length; at += octets.readUInt32BE(at)) {
        const one = octets.subarray(at, at + octets.readUInt32BE(at));
        if (one.readUInt32BE(4) === 0x09) socket.write(pdu(BIND_TRANSCEIVER_RESP, one.readUInt32BE(12), 'peer'));
        else heard.push(one.toString('hex'));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The peer has no port');
  return {
    port: address.port,
    heard,
    send: (octets: Buffer) => void client?.write(octets),
    async [Symbol.asyncDispose]() {
      client?.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

async function bound(events: Partial<CarrierEvents> = {}) {
  await using stack = new AsyncDisposableStack();
  const peer = stack.use(await startPeer());
  const it = stack.use(openTestSession(peer.port, {}, events));
  await it.session.whenReady();
  const running = stack.move();
  return { ...it, peer, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const answer = (command: string, sequence: number, status = 0): string =>
  `00000011${command}${status.toString(16).padStart(8, '0')}${sequence.toString(16).padStart(8, '0')}00`;
const deliverSmResp = (sequence: number): string => answer('80000005', sequence);
const dataSmResp = (sequence: number, status?: number): string => answer('80000103', sequence, status);

test('a receipt with esm_class 0 is known by the message that it names, and is not a reply', async () => {
  await using it = await bound();
  const text = 'id:497 sub:001 dlvrd:001 submit date:2611300901 done date:2611300902 stat:DELIVRD err:000 text:Bonjour';
  it.peer.send(deliverSm(7, 0, text, tlv(RECEIPTED_MESSAGE_ID, '497\0')));
  it.peer.send(deliverSm(8, 0, '', tlv(RECEIPTED_MESSAGE_ID, '498\0'), tlv(MESSAGE_STATE, '\x05')));
  await until(() => it.peer.heard.length === 2);
  expect(it.peer.heard).toEqual([deliverSmResp(7), deliverSmResp(8)]);
  expect(it.receipts).toMatchObject([
    { reference: '497', status: 'delivered', from: '36111', to: '+33687654321' },
    { reference: '498', status: 'undelivered' },
  ]);
  expect(it.replies).toEqual([]);
});

test('words of a person are a reply, whatever the carrier puts beside them', async () => {
  await using it = await bound();
  it.peer.send(deliverSm(7, 0, 'OUI', tlv(RECEIPTED_MESSAGE_ID, '497\0')));
  it.peer.send(deliverSm(8, 0, 'id:497 stat:DELIVRD'));
  await until(() => it.peer.heard.length === 2);
  expect(it.replies.map(({ body, encoding }) => decodeText(body, encoding))).toEqual(['OUI', 'id:497 stat:DELIVRD']);
  expect(it.receipts).toEqual([]);
});

test('a data_sm is a reply or a receipt, acknowledged as data_sm once it is kept', async () => {
  const kept = Promise.withResolvers<void>();
  await using it = await bound({
    onReply: async () => {
      await kept.promise;
      return { acknowledged() {} };
    },
  });
  it.peer.send(dataSm(7, 4, tlv(RECEIPTED_MESSAGE_ID, '497\0'), tlv(MESSAGE_STATE, '\x02')));
  it.peer.send(dataSm(8, 0, tlv(MESSAGE_PAYLOAD, 'OUI')));
  await until(() => it.peer.heard.length === 1 && it.session.health().inFlight === 1);
  expect(it.peer.heard).toEqual([dataSmResp(7)]);
  kept.resolve();
  await until(() => it.peer.heard.length === 2);
  expect(it.peer.heard[1]).toBe(dataSmResp(8));
  expect(it.receipts).toMatchObject([{ reference: '497', status: 'delivered' }]);
});

test('a reply by data_sm is whole or a part; one that can not be kept is asked for again', async () => {
  let calls = 0;
  const parts: unknown[] = [];
  await using it = await bound({
    onReply: (reply) => {
      if (++calls === 1) return Promise.reject(new Error('away'));
      parts.push({ from: reply.from, to: reply.to, part: reply.part, text: decodeText(reply.body, reply.encoding) });
      return Promise.resolve({ acknowledged() {} });
    },
  });
  it.peer.send(dataSm(7, 0, tlv(MESSAGE_PAYLOAD, 'OUI')));
  await until(() => it.peer.heard.length === 1);
  expect(it.peer.heard).toEqual([dataSmResp(7, 0x64)]);
  it.peer.send(dataSm(8, 0, tlv(MESSAGE_PAYLOAD, 'OUI')));
  it.peer.send(dataSm(9, 0x40, tlv(MESSAGE_PAYLOAD, '\x05\x00\x03\x2a\x02\x01Bonjour')));
  await until(() => it.peer.heard.length === 3);
  const basis = { from: '+33687654321', to: '36111' };
  expect(parts).toEqual([
    { ...basis, part: null, text: 'OUI' },
    { ...basis, part: { reference: 42, total: 2, index: 1 }, text: 'Bonjour' },
  ]);
});

test('a data_sm that ends too early is refused, and the session goes on', async () => {
  await using it = await bound();
  it.peer.send(pdu(DATA_SM, 7, '', [1, 1]));
  it.peer.send(dataSm(8, 0, tlv(MESSAGE_PAYLOAD, 'OUI')));
  await until(() => it.peer.heard.length === 2);
  expect(it.peer.heard).toEqual(['00000010800000000000000200000007', dataSmResp(8)]);
  expect(it.replies).toHaveLength(1);
});
