import { expect, test } from 'vitest';
import { MESSAGE_DEFAULTS } from '../../../carriers/smpp/codec/pdu.ts';
import { toReply } from '../../../carriers/smpp/inbound.ts';
import { smppSettings } from '../../../carriers/smpp/settings.ts';
import { decodeText } from '../../../domain/sms/sms-text.ts';

const settings = smppSettings.parse({ host: 'h', port: 1, systemId: 's', password: '' });

/** What is read of a message from a phone, its header first where it has one. */
function read(hex: string, { dataCoding = 0, udh = '' } = {}) {
  const source = { ton: 1, npi: 1, address: '33612345678' };
  const basis = { ...MESSAGE_DEFAULTS, source, destination: source, command: 'deliver_sm', status: 0, sequence: 1 } as const;
  const shortMessage = Buffer.from(udh + hex, 'hex');
  const reply = toReply({ ...basis, dataCoding, esmClass: udh === '' ? 0 : 0x40, shortMessage }, settings, new Date());
  return { text: decodeText(reply.body, reply.encoding), part: reply.part };
}

test.each([
  ['Cyrillic, data_coding 6', 'bfe0d8d2d5e2', 6, 'Привет'],
  ['Hebrew, data_coding 7', 'f9ece5ed', 7, 'שלום'],
])('a reply in %s is read', (_, hex, dataCoding, text) => {
  expect(read(hex, { dataCoding }).text).toBe(text);
});

// 25: locking shift, 24: single shift; 1 Turkish, 2 Spanish, 3 Portuguese.
test.each([
  ['Turkish, by its own alphabet', '03250101', '1c0b074004', 'ŞĞıİ€'],
  ['Turkish, after escapes', '03240101', '531b531b671b691b491b65', 'SŞğıİ€'],
  ['Turkish, by both', '06240101250101', '1b63600c', 'ççğ'],
  ['Spanish, after escapes', '03240102', '1b411b491b4f1b551b611b691b6f1b751b09', 'ÁÍÓÚáíóúç'],
  ['Portuguese, by its own alphabet', '03250103', '7b7c5b5c40', 'ãõÃÕÍ'],
  ['Portuguese, after escapes', '03240103', '1b7b1b7c1b611b7f1b051b1f', 'ãõÂâêÊ'],
  ['a language unknown here, as the standard’s own', '03240109', '1b653c', '€<'],
])('a reply in %s is read', (_, udh, hex, text) => {
  expect(read(hex, { udh }).text).toBe(text);
});

test('a part of a long reply in a language’s alphabet keeps its place', () => {
  const { text, part } = read('1c1b63', { udh: '0b0003070201250101240101' });
  expect([text, part]).toEqual(['Şç', { reference: 7, total: 2, index: 1 }]);
});
