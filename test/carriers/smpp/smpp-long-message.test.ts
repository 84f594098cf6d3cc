import { expect, test } from 'vitest';
import type { OutboundMessage } from '../../../carriers/carrier.ts';
import { createSegmenter } from '../../../carriers/smpp/long-message.ts';
import { smppSettings } from '../../../carriers/smpp/settings.ts';
import { decodePdu } from '../../../carriers/smpp/codec/decode.ts';
import { TLV } from '../../../carriers/smpp/codec/pdu.ts';
import type { SubmitSm } from '../../../carriers/smpp/codec/pdu.ts';
import { aMessage, openTestSession, outcomeNow, startTestSmsc, submitAll, until } from '../../fixtures/smpp-session.ts';

const LONG_GSM7 = `${'a'.repeat(152)}€${'b'.repeat(152)}[fin]`;
const LONG_UCS2 = `${'ê'.repeat(66)}😀 et la suite, avec des accents : être, où, ça.`;

/** What a carrier with these settings would be sent. */
function submissions(settings: object, message: Partial<OutboundMessage>): SubmitSm[] {
  const login = { host: 'smsc.example', port: 2775, systemId: 'aller', password: '' };
  const segmentsOf = createSegmenter(smppSettings.parse({ ...login, ...settings }));
  return segmentsOf(aMessage(message)).map((frame) => {
    const pdu = decodePdu(frame);
    if (pdu.command !== 'submit_sm') throw new Error(`A ${pdu.command} is no submission.`);
    return pdu;
  });
}

test.each(['udh8', 'udh16', 'sar', 'payload'])(
  'a long text marked by %s arrives whole, with a reference for each submission',
  async (longMessages) => {
    await using smsc = await startTestSmsc();
    await using it = openTestSession(smsc.port, { longMessages });
    const messages = [LONG_GSM7, LONG_UCS2, LONG_GSM7].map((text) => aMessage({ text }));
    const results = await submitAll(it.session, messages);
    expect(smsc.submitted.map(({ text }) => text)).toEqual([LONG_GSM7, LONG_UCS2, LONG_GSM7]);
    expect(results).toEqual(smsc.submitted.map(({ messageIds }) => ({ outcome: 'accepted', references: messageIds })));
    expect(smsc.submitted.map(({ segments }) => segments)).toEqual(longMessages === 'payload' ? [1, 1, 1] : [3, 2, 3]);
  },
);

test('a throttled part is put back alone: what the carrier took is never sent twice', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 1, throttleMinMs: 10 });
  await it.session.whenReady();
  smsc.withholdResponses(true);
  const [result] = it.session.submit([aMessage({ text: LONG_GSM7 })]);
  await until(() => smsc.counts.submits === 1);
  smsc.throttle(2);
  smsc.withholdResponses(false);
  expect(await result).toEqual({ outcome: 'accepted', references: ['1', '2', '3'] });
  expect(smsc.counts).toMatchObject({ submits: 5, accepted: 3, throttled: 2 });
  expect(smsc.submitted.map(({ text }) => text)).toEqual([LONG_GSM7]);
});

test('a message of which every part was throttled can wait elsewhere', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { throttleMinMs: 10 });
  await it.session.whenReady();
  smsc.throttle(3);
  expect(await submitAll(it.session, [aMessage({ text: LONG_GSM7 })])).toMatchObject([{ outcome: 'throttled' }]);
  expect(smsc.counts).toMatchObject({ submits: 3, accepted: 0 });
  expect(it.session.health().inFlight).toBe(0);
});

test('a part refused for now is tried again alone, and at last fails its message by name', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 1, throttleMinMs: 10, throttleMaxMs: 10 });
  const partly = async (troubles: number) => {
    await it.session.whenReady();
    const { submits } = smsc.counts;
    smsc.withholdResponses(true);
    const [result] = it.session.submit([aMessage({ text: LONG_GSM7 })]);
    await until(() => smsc.counts.submits === submits + 1);
    for (let i = 0; i < troubles; i++) smsc.rejectNext(0x64);
    smsc.withholdResponses(false);
    return result;
  };
  expect(await partly(3)).toEqual({ outcome: 'accepted', references: ['1', '2', '3'] });
  expect(smsc.submitted.map(({ text }) => text)).toEqual([LONG_GSM7]);
  expect(await partly(11)).toEqual({ outcome: 'rejected', code: 'ESME_RX_T_APPN' });
  expect(smsc.counts.accepted).toBe(4);
});

test('a message of which every part was refused for now is deferred as a whole', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { throttleMinMs: 10 });
  for (let i = 0; i < 3; i++) smsc.rejectNext(0x08);
  expect(await submitAll(it.session, [aMessage({ text: LONG_GSM7 })])).toEqual([{ outcome: 'deferred', code: 'ESME_RSYSERR' }]);
  expect(smsc.counts).toMatchObject({ submits: 3, accepted: 0 });
});

test('a part refused for good ends the message: the rest is not sent', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 1 });
  await it.session.whenReady();
  smsc.rejectNext(0x0b);
  const results = await submitAll(it.session, [aMessage({ text: LONG_GSM7 }), aMessage()]);
  expect(results).toMatchObject([{ outcome: 'rejected', code: 'ESME_RINVDSTADR' }, { outcome: 'accepted' }]);
  expect(smsc.counts.submits).toBe(2);
});

test('a message cut between its parts is in doubt as a whole', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 1, throttleMinMs: 5000 });
  await it.session.whenReady();
  smsc.withholdResponses(true);
  const [result, behind] = it.session.submit([aMessage({ text: LONG_GSM7 }), aMessage()]);
  await until(() => smsc.counts.submits === 1);
  // The first part is accepted, the second waits for a pause to end.
  smsc.throttle(1);
  smsc.withholdResponses(false);
  await until(() => smsc.counts.throttled === 1);
  expect(await outcomeNow(result)).toBe('open');
  smsc.cut();
  expect(await result).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('sent in part') });
  expect(await behind).toMatchObject({ outcome: 'unsent' });
});

test('parts carry one reference, and the next message another', () => {
  const segmentsOf = createSegmenter(smppSettings.parse({ host: 'h', port: 1, systemId: 's', password: '' }));
  const headers = [1, 2].map(() =>
    segmentsOf(aMessage({ text: LONG_GSM7 })).map((frame) => frame.toString('hex').match(/050003(..)(....)/)),
  );
  const references = headers.map((parts) => new Set(parts.map((part) => part?.[1])));
  expect(references.map(({ size }) => size)).toEqual([1, 1]);
  expect(references[0]).not.toEqual(references[1]);
  expect(headers[0]?.map((part) => part?.[2])).toEqual(['0301', '0302', '0303']);
});

test('data_coding is always said, and is what the carrier wants for that encoding', () => {
  expect(submissions({}, { text: 'à demain' })[0]).toMatchObject({
    dataCoding: 0,
    shortMessage: Buffer.from('\x7f demain', 'latin1'),
  });
  expect(submissions({}, { text: 'forêt' })[0]).toMatchObject({
    dataCoding: 8,
    shortMessage: Buffer.from('0066006f007200ea0074', 'hex'),
  });
  const own = { dataCoding: { gsm7: 1, latin1: 4, ucs2: 24 } };
  expect(submissions(own, { text: 'a' })[0]?.dataCoding).toBe(1);
  expect(submissions(own, { text: 'ê' })[0]?.dataCoding).toBe(24);
  const translating = { gsm7As: 'latin1' };
  expect(submissions(translating, { text: 'à [2]' })[0]).toMatchObject({
    dataCoding: 3,
    shortMessage: Buffer.from('à [2]', 'latin1'),
  });
  // The euro sign is in GSM-7 and not in Latin-1.
  expect(submissions(translating, { text: '5 €' })[0]?.dataCoding).toBe(8);
});

test('addresses have the types the carrier wants, and a receipt is always asked for', () => {
  const [usual] = submissions({}, { from: 'ACME', to: '+33612345678' });
  expect(usual).toMatchObject({
    source: { ton: 5, npi: 0, address: 'ACME' },
    destination: { ton: 1, npi: 1, address: '33612345678' },
  });
  expect(usual?.registeredDelivery).toBe(1);
  const [own] = submissions({ addressing: { shortCode: { ton: 6, npi: 9 } } }, { from: '36111' });
  expect(own?.source).toEqual({ ton: 6, npi: 9, address: '36111' });
});

test('a user reference is in every part, and is the end of the message’s id', () => {
  const id = '0197e7b8-0000-7000-8000-000000000102';
  const references = submissions({ userMessageReference: true }, { text: LONG_GSM7, id }).map(({ tlvs }) =>
    tlvs.get(TLV.userMessageReference)?.toString('hex'),
  );
  expect(references).toEqual(['0102', '0102', '0102']);
});

/** That long from now, when the message goes. */
const inMs = (ms: number) => ({ expiresAt: new Date(Date.now() + ms) });

test.each<[string, object, () => Partial<OutboundMessage>, string]>([
  ['two days by default', {}, () => ({}), '000002000000000R'],
  ['what the carrier is given', { validityHours: 30 }, () => ({}), '000001060000000R'],
  ['the operator’s own', { validityHours: 0 }, () => ({}), ''],
  ['the end of the message, where that is sooner', {}, () => inMs(3_599_500), '000000010000000R'],
  [
    'the end of the message, whatever the operator does else',
    { validityHours: 0 },
    () => ({ expiresAt: new Date(0) }),
    '000000000001000R',
  ],
  ['the carrier’s, where the message’s end is later', {}, () => inMs(1e9), '000002000000000R'],
])('the validity is %s', (_, settings, message, expected) => {
  expect(submissions(settings, message())[0]?.validityPeriod).toBe(expected);
});

test('the priority is what the carrier is given', () => {
  expect([submissions({}, {})[0]?.priority, submissions({ priority: 2 }, {})[0]?.priority]).toEqual([0, 2]);
});

test.each([
  ['a status that does not exist', { outcomes: { ESME_RNONSENSE: 'rejected' } }],
  ['a port that is none', { port: 0 }],
  ['a system id that is too long', { systemId: 'x'.repeat(16) }],
  ['a zone that does not exist', { receiptTimeZone: 'Europe/Lutece' }],
  ['a field that does not exist', { windows: 3 }],
])('settings with %s are refused', (_, settings) => {
  const parsed = smppSettings.safeParse({ host: 'h', port: 1, systemId: 's', password: '', ...settings });
  expect(parsed.success).toBe(false);
});
