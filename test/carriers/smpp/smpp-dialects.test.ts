import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createFramer } from '../../../carriers/smpp/codec/framer.ts';
import { MESSAGE_DEFAULTS, type Pdu } from '../../../carriers/smpp/codec/pdu.ts';
import { statusName } from '../../../carriers/smpp/codec/status.ts';
import { judgeSubmit } from '../../../dev/simulator/smsc-rules.ts';
import { aMessage, openTestSession, startTestSmsc, submitAll, until } from '../../fixtures/smpp-session.ts';

test.each([
  ['ESME_RSUBMITFAIL', 0x45, 'throttled', { outcome: 'throttled' }],
  ['0x0000040b', 0x40b, 'deferred', { outcome: 'deferred', code: '0x0000040b' }],
  ['ESME_RSYSERR', 0x08, 'unknown', { outcome: 'unknown', reason: 'ESME_RSYSERR' }],
  ['ESME_RTHROTTLED', 0x58, 'rejected', { outcome: 'rejected', code: 'ESME_RTHROTTLED' }],
])('an operator whose %s means something else is understood by a setting', async (name, status, outcome, expected) => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { outcomes: { [name]: outcome } });
  smsc.rejectNext(status);
  expect(await submitAll(it.session, [aMessage()])).toMatchObject([expected]);
});

test('a login says which numbers it serves and which version it speaks, as the operator wants', async () => {
  const came: Pdu[] = [];
  const framer = createFramer();
  const server = createServer((socket) => {
    socket.on('data', (chunk) => came.push(...framer.feed(chunk).pdus));
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const it = openTestSession(port, { interfaceVersion: '3.3', addressRange: { ton: 1, npi: 1, address: '^33' } });
  await until(() => came.length > 0);
  expect(came[0]).toMatchObject({ interfaceVersion: 0x33, range: { ton: 1, npi: 1, address: '^33' } });
  await it.session.close(0);
  server.close();
});

test.each([
  ['ESME_RINVEXPIRY', { validityPeriod: 'tomorrow' }],
  ['ESME_RINVPRTFLG', { priority: 9 }],
  ['ESME_RINVSRCTON', { source: { ton: 9, npi: 0, address: '36111' } }],
  ['ESME_RINVSRCADR', { source: { ton: 5, npi: 0, address: 'LONGER THAN ELEVEN' } }],
  ['ESME_RINVDSTADR', { destination: { ton: 1, npi: 1, address: 'nobody' } }],
  ['ESME_RINVMSGLEN', { shortMessage: Buffer.alloc(161, 'a') }],
  ['ESME_RINVMSGLEN', { dataCoding: 8, shortMessage: Buffer.alloc(7) }],
  ['ESME_RINVESMCLASS', { esmClass: 0x40, shortMessage: Buffer.from([5, 0, 3]) }],
])('our SMSC is as strict as an operator’s: %s for %o', (status, wrong) => {
  const right = {
    ...MESSAGE_DEFAULTS,
    command: 'submit_sm',
    status: 0,
    sequence: 1,
    source: { ton: 3, npi: 0, address: '36111' },
    destination: { ton: 1, npi: 1, address: '33612345678' },
    shortMessage: Buffer.from('Bonjour'),
  } as const;
  expect([statusName(judgeSubmit(right)), statusName(judgeSubmit({ ...right, ...wrong }))]).toEqual(['ESME_ROK', status]);
});
