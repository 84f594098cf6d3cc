import { expect, test } from 'vitest';
import type { InboundReply } from '../../../carriers/carrier.ts';
import { parseReceiptDate } from '../../../carriers/smpp/receipt-date.ts';
import { newId } from '../../../database/ids.ts';
import { decodeText } from '../../../domain/sms/sms-text.ts';
import { MESSAGE_DEFAULTS, TLV } from '../../../carriers/smpp/codec/pdu.ts';
import type { ShortMessage } from '../../../carriers/smpp/codec/pdu.ts';
import { aMessage, openTestSession, startTestSmsc, submitAll, until } from '../../fixtures/smpp-session.ts';

const PHONE = '+33687654321';
const OUI = { from: PHONE, to: '36111', text: 'OUI' };

const brought = (content: Partial<ShortMessage>): ShortMessage => ({
  ...MESSAGE_DEFAULTS,
  source: { ton: 1, npi: 1, address: '33687654321' },
  destination: { ton: 3, npi: 0, address: '36111' },
  ...content,
});
const receipt = (text: string, tlvs: [number, string][] = []): ShortMessage =>
  brought({
    esmClass: 4,
    shortMessage: Buffer.from(text, 'latin1'),
    tlvs: new Map(tlvs.map(([tag, hex]) => [tag, Buffer.from(hex, 'hex')])),
  });
const textOf = ({ body, encoding }: InboundReply): string => decodeText(body, encoding);

test.each(['OUI', 'Ça ira, à 15 h {ou 16} €', 'Je suis d’accord 😀'])('a reply comes as it was written: %s', async (text) => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await smsc.deliver({ ...OUI, text });
  expect(it.replies).toMatchObject([{ externalId: null, from: PHONE, to: '36111', part: null, precision: 'ours' }]);
  expect(it.replies.map(textOf)).toEqual([text]);
});

test('a long reply comes as raw parts in any order, and is whole again when they are joined', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  const text = `${'é'.repeat(152)}€${'ù'.repeat(150)}`.replace('é', 'ê') + '😀'.repeat(40);
  await smsc.deliver({ ...OUI, text, reversed: true });
  expect(it.replies.map(({ part }) => part?.index)).toEqual(it.replies.map((_, i) => it.replies.length - i));
  expect(new Set(it.replies.map(({ part }) => `${part?.reference} ${part?.total}`)).size).toBe(1);
  const body = Buffer.concat(it.replies.toReversed().map((reply) => reply.body));
  expect(decodeText(body, it.replies[0]?.encoding ?? 'binary')).toBe(text);
});

test('parts are also known by SAR parameters, and the only part of one is a whole message', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  const sar = (total: number, index: number) =>
    new Map([
      [TLV.sarReference, Buffer.from([0x12, 0x34])],
      [TLV.sarTotal, Buffer.from([total])],
      [TLV.sarIndex, Buffer.from([index])],
    ]);
  for (const tlvs of [sar(2, 1), sar(1, 1), sar(2, 3)]) await smsc.bring(brought({ tlvs }));
  expect(it.replies.map(({ part }) => part)).toEqual([{ reference: 0x1234, total: 2, index: 1 }, null, null]);
});

test('a reply in message_payload is read from there', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await smsc.bring(brought({ tlvs: new Map([[TLV.messagePayload, Buffer.from('un message entier')]]) }));
  expect(it.replies.map(textOf)).toEqual(['un message entier']);
});

test.each<[number, object, string]>([
  [0, {}, 'gsm7'],
  [0, { defaultAlphabet: 'latin1' }, 'latin1'],
  [1, {}, 'latin1'],
  [3, {}, 'latin1'],
  [8, {}, 'ucs2'],
  [0x10, {}, 'gsm7'],
  [0x18, {}, 'ucs2'],
  [0xf1, {}, 'gsm7'],
  [0xf5, {}, 'binary'],
  [4, {}, 'binary'],
  [0x77, {}, 'binary'],
  [0x77, { dataCoding: { ucs2: 0x77 } }, 'ucs2'],
])('data_coding %i with %j is read as %s', async (dataCoding, settings, encoding) => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, settings);
  await smsc.bring(brought({ dataCoding, shortMessage: Buffer.from('00c3', 'hex') }));
  expect(it.replies).toMatchObject([{ encoding, body: Uint8Array.of(0x00, 0xc3) }]);
});

test('a reply is acknowledged only once it is kept, and that is told once the answer is out', async () => {
  const kept = Promise.withResolvers<void>();
  const told: string[] = [];
  await using smsc = await startTestSmsc();
  await using it = openTestSession(
    smsc.port,
    {},
    {
      onReply: async () => {
        await kept.promise;
        return { acknowledged: () => void told.push('acknowledged') };
      },
    },
  );
  const delivered = smsc.deliver(OUI);
  await until(() => it.session.health().inFlight === 1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(smsc.counts.acknowledged).toBe(0);
  kept.resolve();
  await delivered;
  await until(() => told.length === 1);
  expect(smsc.counts).toMatchObject({ acknowledged: 1, redelivered: 0 });
});

test('when the connection goes before the answer nobody is told, and the copy comes next bind', async () => {
  const kept = Promise.withResolvers<void>();
  const acknowledged: number[] = [];
  const binds: number[] = [];
  let calls = 0;
  await using smsc = await startTestSmsc();
  await using it = openTestSession(
    smsc.port,
    {},
    {
      onReply: async ({ bind = 0 }) => {
        const call = ++calls;
        binds.push(bind);
        if (call === 1) await kept.promise;
        return { acknowledged: () => void acknowledged.push(call) };
      },
    },
  );
  await it.session.whenReady();
  const delivered = smsc.deliver(OUI);
  await until(() => calls === 1);
  smsc.cut();
  await until(() => smsc.counts.binds === 2);
  kept.resolve();
  await delivered;
  await until(() => acknowledged.length > 0);
  expect(acknowledged).toEqual([2]);
  // This is how a copy is told from a second OUI.
  expect(binds).toEqual([1, 2]);
  expect(smsc.counts.redelivered).toBe(1);
});

test('what can not be kept is asked for again, and the reader goes on whatever a handler throws', async () => {
  let calls = 0;
  await using smsc = await startTestSmsc();
  await using it = openTestSession(
    smsc.port,
    {},
    {
      onReply: () => {
        calls++;
        if (calls === 1) throw new Error('thrown at once, with +33687654321 in it');
        if (calls === 2) return Promise.reject(new Error('the database is away'));
        return Promise.resolve({
          acknowledged() {
            throw new Error('even here');
          },
        });
      },
    },
  );
  await smsc.deliver(OUI);
  expect(smsc.counts).toMatchObject({ delivered: 3, acknowledged: 1, redelivered: 2, binds: 1 });
  await smsc.deliver(OUI);
  expect(calls).toBe(4);
  expect(it.logged.join('')).not.toContain('33687654321');
});

test('many replies are in hand at once, so that they can be kept together', async () => {
  const kept = Promise.withResolvers<void>();
  await using smsc = await startTestSmsc({ deliverWindow: 200 });
  await using it = openTestSession(
    smsc.port,
    {},
    {
      onReply: async () => {
        await kept.promise;
        return { acknowledged() {} };
      },
    },
  );
  const delivered = Promise.all(Array.from({ length: 150 }, () => smsc.deliver(OUI)));
  await until(() => it.session.health().inFlight === 150);
  kept.resolve();
  await delivered;
  expect(smsc.counts).toMatchObject({ delivered: 150, acknowledged: 150 });
});

test.each<[string, object, object, string]>([
  ['literally', { messageIds: 'hex' }, { form: 'both' }, 'literal'],
  ['from the parameters alone', {}, { form: 'tlv' }, 'literal'],
  ['from the text alone', {}, { form: 'text' }, 'literal'],
  ['from hexadecimal', { messageIds: 'decimal' }, { ids: 'hex' }, 'hex-to-decimal'],
  ['from decimal', { messageIds: 'hex' }, { ids: 'decimal' }, 'decimal-to-hex'],
  ['without leading zeros', { messageIds: 'decimal' }, { ids: 'padded' }, 'trim-zeros'],
])('a receipt finds its submission: its id is compared %s', async (_, smscOptions, receiptOptions, receiptIds) => {
  await using smsc = await startTestSmsc({ ...smscOptions, receipts: { delayMs: 5, ...receiptOptions } });
  await using it = openTestSession(smsc.port, { receiptIds, window: 100 });
  const messages = Array.from({ length: 30 }, () => aMessage());
  const results = await submitAll(it.session, messages);
  await until(() => it.receipts.length === 30);
  expect(it.receipts.map(({ reference }) => [reference])).toEqual(
    results.map((result) => (result.outcome === 'accepted' ? result.references : [])),
  );
  expect(it.receipts[0]).toMatchObject({ status: 'delivered', error: null, messageId: null, from: '36111', to: messages[0]?.to });
});

test('a receipt names our message when the carrier repeats its reference', async () => {
  await using smsc = await startTestSmsc({ receipts: { delayMs: 5 } });
  await using it = openTestSession(smsc.port, { userMessageReference: true });
  const messages = [aMessage({ id: newId() }), aMessage({ id: newId() })];
  await submitAll(it.session, messages);
  await until(() => it.receipts.length === 2);
  expect(it.receipts.map(({ messageIdEnd }) => messageIdEnd)).toEqual(messages.map(({ id }) => id.slice(-4)));
});

const FULL = 'id:0A1B sub:001 dlvrd:001 submit date:2611230901 done date:2611230902 stat:DELIVRD err:000 text:Bonjour';

test.each<[string, ShortMessage, object]>([
  ['a full text', receipt(FULL), { reference: '0A1B', status: 'delivered', error: null, at: new Date('2026-11-23T09:02:00Z') }],
  [
    'capitals and no spaces to spare',
    receipt('ID:7 STAT:undeliv ERR:045'),
    { reference: '7', status: 'undelivered', error: '045' },
  ],
  [
    'seconds in its date',
    receipt('id:7 done date:261123090203 stat:EXPIRED'),
    { status: 'expired', at: new Date('2026-11-23T09:02:03Z') },
  ],
  ['an id and no more', receipt('id:7'), { reference: '7', status: 'unknown', error: null }],
  ['a status nobody knows', receipt('id:7 stat:LOST'), { status: 'unknown' }],
  [
    'words that look like fields',
    receipt('id:7 stat:DELIVRD text:id:8 stat:REJECTD err:9'),
    { reference: '7', status: 'delivered', error: null },
  ],
  [
    'parameters that say otherwise than the text',
    receipt(FULL, [
      [TLV.receiptedMessageId, '393900'],
      [TLV.messageState, '05'],
    ]),
    { reference: '99', status: 'undelivered' },
  ],
  ['a state on the way', { ...receipt('id:7 stat:ENROUTE'), esmClass: 0x20 }, { status: 'accepted' }],
  [
    'the code of the phone’s network beside its own',
    receipt('id:7 stat:UNDELIV err:045', [[TLV.networkErrorCode, '03001b']]),
    { error: '045 gsm-27' },
  ],
  ['the code of the network alone', receipt('id:7 stat:UNDELIV', [[TLV.networkErrorCode, '01000a']]), { error: 'ansi-136-10' }],
  [
    'a code of the network that says nothing',
    receipt('id:7 stat:DELIVRD err:000', [[TLV.networkErrorCode, '030000']]),
    { error: null },
  ],
])('a receipt with %s is understood', async (_, content, expected) => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await smsc.bring(content);
  expect(it.receipts).toMatchObject([{ ...expected, from: '36111', to: PHONE }]);
  expect(it.replies).toEqual([]);
});

test('a receipt known by its text alone is one by a setting; a person’s words about ids are not', async () => {
  await using smsc = await startTestSmsc();
  await using told = openTestSession(smsc.port, { receiptsByText: true });
  for (const text of [FULL, 'id:7 stat:great', 'mon id:7, merci'])
    await smsc.bring(brought({ shortMessage: Buffer.from(text, 'latin1') }));
  expect([told.receipts.map(({ reference }) => reference), told.replies.map(textOf)]).toEqual([
    ['0A1B'],
    ['id:7 stat:great', 'mon id:7, merci'],
  ]);
  await told.session.close(0);
  await using untold = openTestSession(smsc.port);
  await smsc.bring(brought({ shortMessage: Buffer.from(FULL, 'latin1') }));
  expect([untold.receipts, untold.replies.map(textOf)]).toEqual([[], [FULL]]);
});

test('a receipt that names no message is acknowledged, or it would come for ever', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await smsc.bring(receipt('delivered, thank you'));
  expect(smsc.counts.acknowledged).toBe(1);
  expect(it.receipts).toEqual([]);
});

test('a receipt that could not be kept is asked for again', async () => {
  let calls = 0;
  await using smsc = await startTestSmsc();
  await using it = openTestSession(
    smsc.port,
    {},
    { onReceipt: () => (++calls === 1 ? Promise.reject(new Error('away')) : Promise.resolve()) },
  );
  await smsc.bring(receipt(FULL));
  expect(calls).toBe(2);
  expect(it.session.health().state).toBe('bound');
});

test.each([
  ['2607011200', 'UTC', '2026-07-01T12:00:00.000Z'],
  ['2607011200', 'Europe/Paris', '2026-07-01T10:00:00.000Z'],
  ['2601011200', 'Europe/Paris', '2026-01-01T11:00:00.000Z'],
  // An hour after the clocks went back.
  ['2610250300', 'Europe/Paris', '2026-10-25T02:00:00.000Z'],
  ['20260701120030', 'UTC', '2026-07-01T12:00:30.000Z'],
  ['202613011200', 'UTC', undefined],
  ['2613011200', 'UTC', undefined],
  ['26070112', 'UTC', undefined],
])('the date %s in %s is %s', (text, timeZone, instant) => {
  expect(parseReceiptDate(text, timeZone)?.toISOString()).toBe(instant);
});
