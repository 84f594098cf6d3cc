import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { decodeText } from '../../domain/sms/sms-text.ts';
import { aMessage, openTestSession, submitAll } from '../fixtures/smpp-session.ts';
import { eventually, startProgram } from './peer.ts';

const SCRIPT = fileURLToPath(new URL('./smsc.pl', import.meta.url));

/** Our session with an SMSC of Debian's Net::SMPP. */
async function meet(name: string, settings: object = {}) {
  await using stack = new AsyncDisposableStack();
  const smsc = stack.use(startProgram('perl', [SCRIPT, name]));
  const first = await eventually('it listens', () => smsc.lines[0]);
  const it = stack.use(openTestSession(Number(first.replace('port ', '')), settings));
  const running = stack.move();
  const count = (line: string) => smsc.lines.filter((each) => each === line).length;
  return { ...it, lines: smsc.lines, count, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

test('bind: what is sent arrives as it was written, and the session says goodbye', async () => {
  await using it = await meet('bind');
  const text = 'Prix : 5 € à 10 h [ok]';
  const [result] = await submitAll(it.session, [aMessage({ to: '+33612345678', text })]);
  expect(result).toEqual({ outcome: 'accepted', references: ['33612345678-ABC1'] });
  const [, number, coding, hex = ''] = (
    await eventually('it is there', () => it.lines.find((line) => line.startsWith('submit_sm')))
  ).split(' ');
  expect([number, coding, decodeText(Buffer.from(hex, 'hex'), 'gsm7')]).toEqual(['33612345678', '0', text]);
  await it.session.close(2000);
  await eventually('it was told', () => it.count('unbind') === 1);
});

test('bad password: an alarm, and no second try soon', async () => {
  await using it = await meet('bad-password', { password: 'wrong' });
  await eventually('it is refused', () => it.session.health().lastError);
  expect(it.session.health()).toMatchObject({ state: 'connecting', lastError: 'ESME_RINVPASWD' });
  expect(it.logged.join('')).toContain('smpp-login-refused');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(it.count('refused')).toBe(1);
});

test('throttling: the message waits, and then goes once', async () => {
  await using it = await meet('throttling', { throttleMinMs: 50 });
  const message = aMessage();
  expect(await submitAll(it.session, [message])).toMatchObject([{ outcome: 'throttled' }]);
  expect(await submitAll(it.session, [message])).toMatchObject([{ outcome: 'accepted' }]);
});

test('answers out of order: each message gets its own', async () => {
  await using it = await meet('out-of-order');
  const messages = Array.from({ length: 5 }, () => aMessage());
  const results = await submitAll(it.session, messages);
  expect(results).toEqual(
    messages.map(({ to }, index) => ({ outcome: 'accepted', references: [`${to.slice(1)}-ABC${index + 1}`] })),
  );
});

test('lost answers: in doubt after their time, and the others accepted', async () => {
  await using it = await meet('lost-answers', { responseTimeoutMs: 500 });
  const results = await submitAll(it.session, [aMessage(), aMessage(), aMessage(), aMessage()]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['unknown', 'accepted', 'unknown', 'accepted']);
});

test('hex ids: the decimal id of a receipt is the hexadecimal one of its submission', async () => {
  await using it = await meet('hex-ids', { receiptIds: 'decimal-to-hex' });
  const [result] = await submitAll(it.session, [aMessage()]);
  const receipt = await eventually('its receipt', () => it.receipts[0]);
  expect(result).toEqual({ outcome: 'accepted', references: [receipt.reference] });
  expect(receipt).toMatchObject({ status: 'delivered', error: null });
  await eventually('it is acknowledged', () => it.count('deliver_sm_resp 0') === 1);
});

test('parts reversed: each says its place, and all are acknowledged', async () => {
  await using it = await meet('parts-reversed');
  await eventually('all parts', () => it.replies.length === 3);
  expect(it.replies.map(({ part, body }) => [part?.index, part?.total, Buffer.from(body).toString()])).toEqual([
    [3, 3, 'part 3;'],
    [2, 3, 'part 2;'],
    [1, 3, 'part 1;'],
  ]);
  await eventually('they are acknowledged', () => it.count('deliver_sm_resp 0') === 3);
});

test('garbage: refused by a nack, and a new bind sends', async () => {
  await using it = await meet('garbage');
  await eventually('it binds again', () => it.count('bound') === 2);
  expect(it.count('generic_nack 2')).toBe(1);
  expect(await submitAll(it.session, [aMessage()])).toMatchObject([{ outcome: 'accepted' }]);
});

test('a slow bind is waited for', async () => {
  await using it = await meet('slow-bind', { responseTimeoutMs: 10_000 });
  expect(await submitAll(it.session, [aMessage()])).toMatchObject([{ outcome: 'accepted' }]);
  expect(it.count('bound')).toBe(1);
});

test('unbind from the peer: answered, and bound again', async () => {
  await using it = await meet('unbind');
  await eventually('it binds again', () => it.count('bound') === 2);
  expect(it.count('unbind_resp')).toBe(1);
  expect(await submitAll(it.session, [aMessage()])).toMatchObject([{ outcome: 'accepted' }]);
});

test('enquire_link unanswered: asked twice, then left for a new bind', async () => {
  await using it = await meet('enquire-unanswered', { enquireLinkMs: 100 });
  await eventually('it binds again', () => it.count('bound') === 2);
  expect(it.lines.slice(0, it.lines.indexOf('lost'))).toEqual([
    expect.stringContaining('port'),
    'bound',
    'enquire_link',
    'enquire_link',
  ]);
});

test('receipts before answers: both name the same message', async () => {
  await using it = await meet('receipt-first');
  const [result] = await submitAll(it.session, [aMessage()]);
  expect(it.receipts).toMatchObject([{ status: 'delivered' }]);
  expect(result).toEqual({ outcome: 'accepted', references: [it.receipts[0]?.reference] });
});
