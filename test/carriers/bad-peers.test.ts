import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openIngest } from '../../activities/replies/ingest-replies.ts';
import { rows } from '../../database/sql.ts';
import { MESSAGE_DEFAULTS } from '../../carriers/smpp/codec/pdu.ts';
import { encodePdu } from '../../carriers/smpp/codec/encode.ts';
import { anAccount, carriers, startApi } from '../fixtures/api.ts';
import { aMessage as anOutbound, openTestSession, startTestSmsc, submitAll, until } from '../fixtures/smpp-session.ts';
import { filedWith } from '../fixtures/states/replies.ts';

const BOUND = 0x8000_0009;
const NACK = 0x8000_0000;

/** The 16 octets that begin a PDU, and what follows them. */
function frame(id: number, sequence: number, body: Uint8Array = new Uint8Array(), length = 16 + body.length): Buffer {
  const header = Buffer.alloc(16);
  for (const [at, value] of [length, id, 0, sequence].entries()) header.writeUInt32BE(value, at * 4);
  return Buffer.concat([header, body]);
}

/** A peer that says `first` as soon as somebody is there, then answers the login, then says `later`. */
async function startPeer({ first = [], later = [] }: { first?: Buffer[]; later?: Buffer[] }) {
  const sockets = new Set<Socket>();
  const ids: number[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    const odd = ++connections === 1;
    sockets.add(socket);
    socket.on('error', () => {});
    if (odd) socket.write(Buffer.concat(first));
    socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at + 16 <= chunk.length; at += Math.max(16, chunk.readUInt32BE(at))) {
        const id = chunk.readUInt32BE(at + 4);
        ids.push(id);
        if (id !== 9) continue;
        socket.write(frame(BOUND, chunk.readUInt32BE(at + 12), Buffer.from('peer\0')));
        if (odd) socket.write(Buffer.concat(later));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The peer has no port');
  return {
    port: address.port,
    ids,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const submission = encodePdu({
  ...MESSAGE_DEFAULTS,
  command: 'submit_sm',
  sequence: 7,
  status: 0,
  source: { ton: 1, npi: 1, address: '33612000001' },
  destination: { ton: 3, npi: 0, address: '36111' },
  shortMessage: Buffer.from('OUI'),
});
/** The same message, as the carrier brings one. */
const delivery = (sequence: number): Buffer => {
  const octets = Buffer.from(submission);
  octets.writeUInt32BE(5, 4);
  octets.writeUInt32BE(sequence, 12);
  return octets;
};

test('a message before the login’s answer, or a carrier that takes us for one, is refused alone', async () => {
  await using peer = await startPeer({
    first: [delivery(1), submission, frame(9, 8, Buffer.from('\0\0\0\0\0\0\0'))],
    later: [delivery(2), submission],
  });
  await using it = openTestSession(peer.port);
  await it.session.whenReady();
  const heard = (command: number) => peer.ids.filter((id) => id === command).length;
  // What is refused is refused at once; what is taken is acknowledged once it is kept.
  await until(() => it.replies.length === 1 && heard(NACK) === 3 && heard(0x8000_0005) > 0);
  // The first was not acknowledged: the carrier brings it again.
  expect(heard(0x8000_0005)).toBe(1);
  expect(peer.connections()).toBe(1);
  expect(it.session.health().state).toBe('bound');
});

test.each([
  ['longer than any', 70_000],
  ['of 4 GB', 0xffff_ffff],
  ['shorter than its header', 4],
])('a PDU that says it is %s is not waited for: the carrier is told, and the session rebinds', async (_, length) => {
  await using peer = await startPeer({ later: [frame(5, 9, Buffer.from('x'), length)] });
  await using it = openTestSession(peer.port);
  await until(() => peer.connections() === 2 && it.session.health().state === 'bound');
  expect(peer.ids).toContain(NACK);
  expect(it.replies).toEqual([]);
});

test('a sender whose TON or NPI is refused concerns its messages alone, and is named', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  smsc.rejectNext(0x48);
  smsc.rejectNext(0x0a);
  const results = await submitAll(it.session, [anOutbound(), anOutbound(), anOutbound()]);
  expect(results.map((result) => ('code' in result ? result.code : result.outcome))).toEqual([
    'ESME_RINVSRCTON',
    'ESME_RINVSRCADR',
    'accepted',
  ]);
});

/** A place where replies are taken in. */
async function startDesk() {
  await using stack = new AsyncDisposableStack();
  const api = stack.use(await startApi());
  const { premiumId } = await carriers(api);
  const ingest = await openIngest(
    { pool: api.db.pool, log: api.services.log, country: 'FR', deliverReplies: () => {} },
    premiumId,
    0,
  );
  stack.defer(() => ingest.close());
  const running = stack.move();
  return { api, ingest, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
const reply = {
  externalId: null,
  from: '+33612000001',
  to: '36200',
  part: null,
  receivedAt: new Date(),
  precision: 'ours' as const,
};

test('a text without a character is a reply like any other', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await smsc.deliver({ from: '+33612000001', to: '36111', text: '' });
  expect(it.replies).toMatchObject([{ body: new Uint8Array(), part: null }]);
  expect(smsc.counts.acknowledged).toBe(1);
  await using desk = await startDesk();
  await desk.ingest.onReply({ ...reply, body: new Uint8Array(), encoding: 'gsm7' });
  expect(await rows(desk.api.db.pool, 'select text, body from replies')).toEqual([{ text: '', body: null }]);
});

test('what is in no alphabet we know is kept as it came, shown in hexadecimal, and marked', async () => {
  await using desk = await startDesk();
  const octets = Buffer.from('00ff80', 'hex');
  await desk.ingest.onReply({ ...reply, body: octets, encoding: 'binary' });
  await desk.ingest.onReply({ ...reply, body: Buffer.from('OUI'), encoding: 'gsm7' });
  const account = await anAccount(desk.api);
  await filedWith(desk.api.db, account.id);
  const { items } = (await account.call('GET', '/replies')).body;
  expect(items).toMatchObject([
    { text: 'OUI', raw: null },
    { text: '00ff80', raw: octets.toString('base64') },
  ]);
});

test.each([
  ['binary', 'binary'],
  ['latin1', 'latin1'],
  ['utf8', 'utf8'],
] as const)('octets without an alphabet are read as the carrier means them: %s', async (eightBit, encoding) => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { eightBit });
  for (const dataCoding of [4, 0xf5])
    await smsc.bring({
      ...MESSAGE_DEFAULTS,
      source: { ton: 1, npi: 1, address: '33612000001' },
      destination: { ton: 3, npi: 0, address: '36111' },
      dataCoding,
      shortMessage: Buffer.from('Oui, ça va', 'latin1'),
    });
  expect(it.replies.map((each) => each.encoding)).toEqual([encoding, encoding]);
});
