import { expect, test } from 'vitest';
import { fromAddress, toAddress } from '../../../carriers/smpp/codec/address.ts';
import { decodePdu } from '../../../carriers/smpp/codec/decode.ts';
import { encodePdu, MAX_PDU } from '../../../carriers/smpp/codec/encode.ts';
import { createFramer } from '../../../carriers/smpp/codec/framer.ts';
import { statusName } from '../../../carriers/smpp/codec/status.ts';
import { parseUdh, udh16, udh8 } from '../../../carriers/smpp/codec/udh.ts';
import { createPduWriter } from '../../../carriers/smpp/codec/writer.ts';
import { MESSAGE_DEFAULTS, SmppError, TLV } from '../../../carriers/smpp/codec/pdu.ts';
import type { OutgoingPdu, Pdu } from '../../../carriers/smpp/codec/pdu.ts';
import { anyPdu, dice, fuzz } from '../../fixtures/any-pdu.ts';
import { until } from '../../fixtures/smpp-session.ts';

const submit = {
  ...MESSAGE_DEFAULTS,
  command: 'submit_sm' as const,
  sequence: 1,
  status: 0,
  source: { ton: 5, npi: 0, address: 'ACME' },
  destination: { ton: 1, npi: 1, address: '33600000001' },
};

test('a submit_sm has the octets of the standard', () => {
  const pdu = {
    ...submit,
    sequence: 0x01020304,
    esmClass: 0x40,
    registeredDelivery: 1,
    dataCoding: 8,
    shortMessage: Buffer.from('00ea', 'hex'),
    tlvs: new Map([[TLV.userMessageReference, Buffer.from('0102', 'hex')]]),
  };
  expect(encodePdu(pdu).toString('hex')).toBe(
    // length, submit_sm, status, sequence
    '00000038' +
      '00000004' +
      '00000000' +
      '01020304' +
      // service_type, source, destination
      '00' +
      '050041434d4500' +
      '0101333336303030303030303100' +
      // esm_class, protocol_id, priority, two dates, registered_delivery, replace, data_coding, default message, length
      '40' +
      '00' +
      '00' +
      '00' +
      '00' +
      '01' +
      '00' +
      '08' +
      '00' +
      '02' +
      '00ea' +
      '0204' +
      '0002' +
      '0102',
  );
});

test('whatever is encoded is decoded, field by field', () => {
  const roll = dice(1);
  for (let round = 0; round < 3000; round++) {
    const pdu = anyPdu(roll);
    expect(decodePdu(encodePdu(pdu))).toEqual(pdu);
  }
});

test('a stream cut anywhere gives the same PDUs', () => {
  const roll = dice(2);
  const pdus = Array.from({ length: 200 }, () => anyPdu(roll));
  const stream = Buffer.concat(pdus.map(encodePdu));
  for (const most of [1, 7, 100, 5000, stream.length]) {
    const framer = createFramer();
    const seen: Pdu[] = [];
    for (let at = 0; at < stream.length;) {
      const end = Math.min(stream.length, at + 1 + roll(most));
      const fed = framer.feed(stream.subarray(at, end));
      expect(fed.fault).toBeNull();
      seen.push(...fed.pdus);
      at = end;
    }
    expect(seen).toEqual(pdus);
  }
});

test('a mutated stream never throws, never hangs, and ends in PDUs or a fault', () => {
  const roll = dice(3);
  let faults = 0;
  let unreadable = 0;
  for (let round = 0; round < 5000; round++) {
    const stream = Buffer.concat([encodePdu(anyPdu(roll)), encodePdu(anyPdu(roll)), encodePdu(anyPdu(roll))]);
    for (let i = 0; i <= roll(4); i++) stream[roll(roll(2) ? stream.length : 40)] = roll(256);
    const framer = createFramer();
    const cut = roll(stream.length);
    for (const chunk of [stream.subarray(0, cut), stream.subarray(cut)]) {
      const { pdus, fault } = framer.feed(chunk);
      if (fault !== null) faults++;
      unreadable += pdus.filter(({ command }) => command === 'unreadable').length;
    }
  }
  expect(faults).toBeGreaterThan(100);
  expect(unreadable).toBeGreaterThan(100);
});

test('a truncated body is unreadable and keeps the sequence number to be answered under', () => {
  const whole = encodePdu({ ...submit, sequence: 99, shortMessage: Buffer.from('hello') });
  for (let length = 16; length < whole.length; length++) {
    const frame = Buffer.from(whole.subarray(0, length));
    frame.writeUInt32BE(length, 0);
    expect(decodePdu(frame)).toMatchObject({ command: 'unreadable', id: 4, sequence: 99, problem: expect.any(String) });
  }
});

test('a command not spoken here is told from a broken one', () => {
  const frame = Buffer.from('00000010000000030000000000000007', 'hex');
  expect(decodePdu(frame)).toEqual({ command: 'unreadable', id: 0x03, status: 0, sequence: 7, problem: null });
});

test('an optional parameter that overruns its PDU is an error; three octets of padding are not', () => {
  const frame = encodePdu({ ...submit, tlvs: new Map([[TLV.messagePayload, Buffer.from('hello')]]) });
  const overrun = Buffer.from(frame);
  overrun.writeUInt16BE(6, frame.length - 7);
  expect(decodePdu(overrun)).toMatchObject({
    command: 'unreadable',
    problem: 'The optional parameter 0x424 is longer than its PDU.',
  });
  const padded = Buffer.concat([frame, Buffer.alloc(3)]);
  padded.writeUInt32BE(padded.length, 0);
  expect(decodePdu(padded)).toMatchObject({ command: 'submit_sm', tlvs: new Map([[TLV.messagePayload, Buffer.from('hello')]]) });
});

test('a refusal without a body, and a message id without its NUL, are read', () => {
  expect(decodePdu(Buffer.from('00000010800000040000005800000007', 'hex'))).toEqual({
    command: 'submit_sm_resp',
    status: 0x58,
    sequence: 7,
    messageId: '',
  });
  expect(decodePdu(Buffer.from('000000128000000400000000000000076162', 'hex'))).toMatchObject({ messageId: 'ab' });
});

test.each([0, 15, MAX_PDU + 1, 0xffffffff])(
  'a length of %i is a fault, after the PDUs that came before it, for good',
  (length) => {
    const framer = createFramer();
    const bad = Buffer.alloc(16);
    bad.writeUInt32BE(length, 0);
    const good = encodePdu(submit);
    const { pdus, fault } = framer.feed(Buffer.concat([good, bad, good]));
    expect(pdus).toHaveLength(1);
    expect(fault).toContain(`A PDU of ${length} octets`);
    expect(framer.feed(good)).toEqual({ pdus: [], fault });
  },
);

test('the longest PDU comes through one octet at a time', () => {
  const frame = encodePdu({ ...submit, tlvs: new Map([[TLV.messagePayload, Buffer.alloc(65_000, 1)]]) });
  const framer = createFramer();
  const pdus = Array.from({ length: frame.length }, (_, i) => framer.feed(frame.subarray(i, i + 1)).pdus).flat();
  expect(pdus).toHaveLength(1);
});

test.each<[string, OutgoingPdu]>([
  ['source_addr is longer than 20', { ...submit, source: { ton: 5, npi: 0, address: 'A'.repeat(21) } }],
  ['destination_addr has a character at position 1', { ...submit, destination: { ton: 1, npi: 1, address: '3\u00003' } }],
  ['source_addr has a character at position 0', { ...submit, source: { ton: 5, npi: 0, address: '日本' } }],
  ['short_message is longer than 254', { ...submit, shortMessage: Buffer.alloc(255) }],
  ['is longer than 65536', { ...submit, tlvs: new Map([[TLV.messagePayload, Buffer.alloc(65_535)]]) }],
  ['message_id is longer than 64', { command: 'submit_sm_resp', status: 0, sequence: 1, messageId: 'x'.repeat(65) }],
])('what does not fit is refused with its field: %s', (problem, pdu) => {
  expect(() => encodePdu(pdu)).toThrow(SmppError);
  expect(() => encodePdu(pdu)).toThrow(problem);
});

test('a header of 8 or 16 bits says which part it is, and is taken off the text', () => {
  const part = { reference: 0xabcd, total: 3, index: 2 };
  const text = Buffer.from('text');
  expect(udh8(part).toString('hex')).toBe('050003cd0302');
  expect(udh16(part).toString('hex')).toBe('060804abcd0302');
  expect(parseUdh(Buffer.concat([udh8(part), text]))).toEqual({ body: text, part: { ...part, reference: 0xcd }, shift: null });
  expect(parseUdh(Buffer.concat([udh16(part), text]))).toEqual({ body: text, part, shift: null });
});

test('a header with other elements, or with nonsense, never costs the text', () => {
  const text = Buffer.from('text');
  const ports = Buffer.from('0b05040b8423f00003070201', 'hex');
  expect(parseUdh(Buffer.concat([ports, text]))).toEqual({ body: text, part: { reference: 7, total: 2, index: 1 }, shift: null });
  expect(parseUdh(Buffer.concat([Buffer.from('05000307020', 'hex'), text])).part).toBeNull();
  expect(parseUdh(Buffer.from('0500030703', 'hex'))).toMatchObject({ part: null });
  for (const impossible of ['050003070000', '050003070200', '050003070203']) {
    expect(parseUdh(Buffer.concat([Buffer.from(impossible, 'hex'), text]))).toEqual({ body: text, part: null, shift: null });
  }
  expect(parseUdh(Buffer.alloc(0))).toEqual({ body: Buffer.alloc(0), part: null, shift: null });
});

test('a hundred PDUs cost one write, and what was handed over is not written upon again', async () => {
  const roll = dice(4);
  const pdus = Array.from({ length: 100 }, () => anyPdu(roll));
  const writes: Buffer[] = [];
  const writer = createPduWriter((chunk, done) => {
    writes.push(chunk);
    setImmediate(done);
  });
  let written = 0;
  for (const pdu of pdus) writer.pdu(pdu, () => written++);
  expect(writes).toHaveLength(0);
  await until(() => written === 100);
  expect(writes).toHaveLength(1);
  for (let i = 0; i < 2000; i++) writer.frame(encodePdu(submit), i);
  await until(() => createFramer().feed(Buffer.concat(writes)).pdus.length === 2100);
  const { pdus: seen } = createFramer().feed(Buffer.concat(writes));
  expect(seen.slice(0, 100)).toEqual(pdus);
  expect(seen.slice(100).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 2000 }, (_, i) => i));
});

test('a failed write tells nobody that it was written', async () => {
  const failed = Promise.withResolvers<void>();
  const writer = createPduWriter((_, done) =>
    setImmediate(() => {
      done(new Error('gone'));
      failed.resolve();
    }),
  );
  let written = 0;
  writer.pdu(submit, () => written++);
  await failed.promise;
  expect(written).toBe(0);
});

test.each([
  ['+33612345678', { ton: 1, npi: 1, address: '33612345678' }, '+33612345678'],
  ['33612345678', { ton: 1, npi: 1, address: '33612345678' }, '+33612345678'],
  ['36111', { ton: 3, npi: 0, address: '36111' }, '36111'],
  ['12345', { ton: 3, npi: 0, address: '12345' }, '12345'],
  ['ACME 2', { ton: 5, npi: 0, address: 'ACME 2' }, 'ACME 2'],
])('%s goes on the wire with its type and comes back', (text, wire, back) => {
  expect(toAddress(text)).toEqual(wire);
  expect(fromAddress(wire)).toBe(back);
});

test('a short code keeps its form whatever type the carrier gives it', () => {
  expect(fromAddress({ ton: 1, npi: 1, address: '36111' })).toBe('36111');
  expect(fromAddress({ ton: 2, npi: 1, address: '0612345678' })).toBe('0612345678');
});

test('a status has its name in the standard, or its digits', () => {
  expect(statusName(0x58)).toBe('ESME_RTHROTTLED');
  expect(statusName(0x401)).toBe('0x00000401');
});

test('20,000 mutated frames crash nothing, hang nothing and leave nothing behind', () => {
  const report = fuzz(20_000, 11);
  expect(report.frames).toBe(20_000);
  expect([report.unreadable > 500, report.faults > 500]).toEqual([true, true]);
  expect(report.slowestMs).toBeLessThan(1000);
});
