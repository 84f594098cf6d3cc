import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { STATUS } from '../../../carriers/smpp/codec/status.ts';
import { aMessage, openTestSession, outcomeNow, PASSWORD, startTestSmsc, submitAll, until } from '../../fixtures/smpp-session.ts';

const outcomes = (results: { outcome: string }[]): string[] => results.map(({ outcome }) => outcome);

test('a message is accepted with the carrier’s reference and arrives as it was written', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  const message = aMessage({ text: 'Rendez-vous à 15 h [salle 2] : 50 €' });
  const [result] = await submitAll(it.session, [message]);
  expect(smsc.submitted).toMatchObject([{ from: '36111', to: message.to, text: message.text, segments: 1 }]);
  expect(result).toEqual({ outcome: 'accepted', references: [smsc.submitted[0]?.messageId] });
  expect(it.session.health()).toMatchObject({ state: 'bound', inFlight: 0, lastError: null });
});

test('transmitter and receiver are two connections of one session', async () => {
  await using smsc = await startTestSmsc({ receipts: { delayMs: 1 } });
  await using it = openTestSession(smsc.port, { bindMode: 'transmitter-receiver' });
  expect(outcomes(await submitAll(it.session, [aMessage()]))).toEqual(['accepted']);
  await smsc.deliver({ from: '+33612345678', to: '36111', text: 'OUI' });
  await until(() => it.receipts.length === 1);
  expect(it.replies).toHaveLength(1);
  expect(smsc.counts.binds).toBe(2);
});

test('no more than the window is unanswered, and the rest follows as answers come', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 5 });
  smsc.withholdResponses(true);
  const results = submitAll(
    it.session,
    Array.from({ length: 12 }, () => aMessage()),
  );
  await until(() => smsc.counts.submits === 5);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(smsc.counts.submits).toBe(5);
  expect(it.session.health().inFlight).toBe(5);
  smsc.withholdResponses(false);
  expect(new Set(outcomes(await results))).toEqual(new Set(['accepted']));
  expect(new Set(smsc.submitted.map(({ to }) => to)).size).toBe(12);
});

test('a cut leaves in doubt what was written and unsent what was not, never more than the window', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 5 });
  await it.session.whenReady();
  smsc.withholdResponses(true);
  const results = it.session.submit(Array.from({ length: 12 }, () => aMessage()));
  await until(() => smsc.counts.submits === 5);
  smsc.cut();
  const answers = outcomes(await Promise.all(results));
  expect(answers).toEqual([...Array(5).fill('unknown'), ...Array(7).fill('unsent')]);
  smsc.withholdResponses(false);
  expect(outcomes(await submitAll(it.session, [aMessage()]))).toEqual(['accepted']);
  expect(smsc.submitted).toHaveLength(6);
});

test('an unanswered submission is in doubt after its time, and its place in the window is free', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 1, responseTimeoutMs: 500 });
  await it.session.whenReady();
  smsc.withholdResponses(true);
  const [first, second] = it.session.submit([aMessage(), aMessage()]);
  expect(await first).toEqual({ outcome: 'unknown', reason: 'no answer in time' });
  expect(await outcomeNow(second)).toBe('open');
  await until(() => smsc.counts.submits === 2);
  // The first one's answer comes after all: it must not be taken for the second's.
  smsc.withholdResponses(false);
  expect(await second).toEqual({ outcome: 'accepted', references: ['2'] });
});

test('without a connection a message is unsent at once', async () => {
  await using it = openTestSession(1);
  expect(await Promise.all(it.session.submit([aMessage()]))).toEqual([{ outcome: 'unsent', reason: 'not bound' }]);
});

test('one refusal concerns one message, and carries the name of its status', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  smsc.rejectNext(0x0b);
  expect(await submitAll(it.session, [aMessage(), aMessage()])).toEqual([
    { outcome: 'rejected', code: 'ESME_RINVDSTADR' },
    { outcome: 'accepted', references: ['1'] },
  ]);
});

test('a message that SMPP can not carry is rejected alone, without its text or number in the log', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  const results = await submitAll(it.session, [
    aMessage({ from: 'A'.repeat(30), text: 'secret words' }),
    aMessage({ to: 'nobody' }),
    aMessage(),
  ]);
  expect(outcomes(results)).toEqual(['rejected', 'rejected', 'accepted']);
  expect(results[0]).toEqual({ outcome: 'rejected', code: 'unencodable' });
  expect(it.logged.join('')).toContain('source_addr is longer than 20 characters');
  expect(it.logged.join('')).not.toMatch(/secret words|nobody|AAAA/);
});

test('a carrier that takes us for unbound has nothing of ours: unsent, and the session rebinds', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await it.session.whenReady();
  smsc.rejectNext(STATUS.wrongBindState);
  expect(outcomes(await submitAll(it.session, [aMessage()]))).toEqual(['unsent']);
  expect(outcomes(await submitAll(it.session, [aMessage()]))).toEqual(['accepted']);
  expect(smsc.counts.binds).toBe(2);
});

test('a throttled message is answered so, and nothing is written until its pause is over', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { throttleMinMs: 60, throttleMaxMs: 200 });
  await it.session.whenReady();
  smsc.throttle(2);
  const startedAt = performance.now();
  const [first, second] = await Promise.all(it.session.submit([aMessage(), aMessage()]));
  // Both came back together: the pause is not doubled for saying the same thing twice.
  expect([first?.outcome, second?.outcome]).toEqual(['throttled', 'throttled']);
  expect(first).toMatchObject({ retryAfterMs: expect.closeTo(60, -1.5) });
  expect(outcomes(await submitAll(it.session, [aMessage()]))).toEqual(['accepted']);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(60);
});

test('the pause doubles while the carrier complains, and is forgotten when it takes a message', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { throttleMinMs: 50, throttleMaxMs: 200 });
  const pauses: number[] = [];
  for (let i = 0; i < 6; i++) {
    smsc.throttle(i === 4 ? 0 : 1);
    const [result] = await submitAll(it.session, [aMessage()]);
    pauses.push(result?.outcome === 'throttled' ? result.retryAfterMs : 0);
  }
  expect(pauses.map((ms) => Math.ceil(ms / 50) * 50)).toEqual([50, 100, 200, 200, 0, 50]);
});

test.each([
  [STATUS.systemError, 'ESME_RSYSERR'],
  [STATUS.receiverTemporary, 'ESME_RX_T_APPN'],
])('a temporary refusal (%i) defers its message, and holds up no other', async (status, code) => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { throttleMinMs: 5000 });
  smsc.rejectNext(status);
  expect(await submitAll(it.session, [aMessage(), aMessage()])).toEqual([
    { outcome: 'deferred', code },
    { outcome: 'accepted', references: ['1'] },
  ]);
  expect(it.session.health()).toMatchObject({ refusing: null, lastError: null });
});

test('ten temporary refusals in a row pause the line and raise an alarm; one at a time asks on', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 10, throttleMinMs: 100, throttleMaxMs: 400 });
  await it.session.whenReady();
  for (let i = 0; i < 12; i++) smsc.rejectNext(STATUS.systemError);
  const results = await Promise.all(it.session.submit(Array.from({ length: 15 }, () => aMessage())));
  expect(outcomes(results)).toEqual([...Array(10).fill('deferred'), ...Array(5).fill('throttled')]);
  expect(smsc.counts.submits).toBe(10);
  expect(it.session).toMatchObject({ window: 1 });
  expect(it.session.health()).toMatchObject({ state: 'bound', refusing: 'ESME_RSYSERR', lastError: 'ESME_RSYSERR' });
  expect(it.logged.filter((line) => line.includes('"alarm":"smpp-submits-refused"'))).toHaveLength(1);

  const startedAt = performance.now();
  expect(outcomes(await submitAll(it.session, [aMessage()]))).toEqual(['deferred']);
  expect(outcomes(await submitAll(it.session, [aMessage()]))).toEqual(['deferred']);
  expect(outcomes(await submitAll(it.session, [aMessage()]))).toEqual(['accepted']);
  // 100, 200 and 400 ms: the pause doubles.
  expect(performance.now() - startedAt).toBeGreaterThan(650);
  expect(smsc.counts).toMatchObject({ submits: 13, accepted: 1 });
  expect(it.session).toMatchObject({ window: 10 });
});

test('segments leave at the carrier’s rate, and each of its binds takes its share', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 100, segmentsPerSecond: 200, maxBinds: 2 });
  await it.session.whenReady();
  const startedAt = performance.now();
  await submitAll(
    it.session,
    Array.from({ length: 45 }, () => aMessage()),
  );
  // 100 a second; the first 5 at once.
  expect(performance.now() - startedAt).toBeGreaterThan(380);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test('a wrong password raises an alarm, without the password, and is not tried again soon', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { password: 'wrong', refusedRetryMs: 1000 });
  await until(() => it.session.health().lastError !== null);
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(smsc.counts.refusedBinds).toBe(1);
  expect(it.session.health()).toMatchObject({ state: 'connecting', lastError: 'ESME_RINVPASWD' });
  expect(it.logged.join('')).toContain('smpp-login-refused');
  expect(it.logged.join('')).not.toContain('wrong');
  await until(() => smsc.counts.refusedBinds === 2);
});

test('a carrier that was down is bound when it comes up', async () => {
  const { port } = await startTestSmsc().then(async (smsc) => {
    await smsc.stop();
    return smsc;
  });
  await using it = openTestSession(port);
  await until(() => it.session.health().lastError === 'ECONNREFUSED');
  await using smsc = await startTestSmsc({ port });
  await it.session.whenReady();
  expect(smsc.bound()).toBe(1);
});

test('a server that accepts and says nothing is given up, and tried again', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const it = openTestSession(typeof address === 'object' && address ? address.port : 0, { responseTimeoutMs: 30 });
  await until(() => connections >= 2);
  expect(it.session.health()).toMatchObject({ state: 'connecting', lastError: 'the login was not answered in time' });
  await it.session.close(0);
  server.close();
});

test('a silent carrier is asked, and left after two questions without an answer', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { enquireLinkMs: 25 });
  await it.session.whenReady();
  await until(() => smsc.counts.enquiries >= 2);
  expect(smsc.counts.binds).toBe(1);
  smsc.stall(1000);
  await until(() => smsc.counts.binds === 2);
  expect(it.logged.join('')).toContain('does not answer enquire_link');
});

test('the carrier’s own questions are answered', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await it.session.whenReady();
  smsc.enquire();
  await until(() => smsc.counts.enquiriesAnswered === 1);
  expect(smsc.counts).toMatchObject({ binds: 1, nacks: 0 });
});

test('garbage is answered with generic_nack, and the session binds again', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await it.session.whenReady();
  smsc.garbage();
  await until(() => smsc.counts.binds === 2);
  expect(smsc.counts.nacks).toBe(1);
  expect(outcomes(await submitAll(it.session, [aMessage()]))).toEqual(['accepted']);
});

test('a carrier that says goodbye gets its answer, and a new bind', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await it.session.whenReady();
  smsc.goodbye();
  await until(() => smsc.counts.binds === 2);
  expect(it.logged.join('')).toContain('the carrier said goodbye');
});

test('closing waits for answers under way, keeps back what was not written, and says goodbye', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port, { window: 2 });
  await it.session.whenReady();
  smsc.withholdResponses(true);
  const results = it.session.submit([aMessage(), aMessage(), aMessage()]);
  await until(() => smsc.counts.submits === 2);
  const closed = it.session.close(5000);
  expect(it.session.health().state).toBe('draining');
  smsc.withholdResponses(false);
  expect(outcomes(await Promise.all(results))).toEqual(['accepted', 'accepted', 'unsent']);
  await closed;
  expect(it.session.health()).toMatchObject({ state: 'closed', inFlight: 0 });
  await expect(it.session.whenReady()).rejects.toThrow('closed');
  expect(outcomes(await Promise.all(it.session.submit([aMessage()])))).toEqual(['unsent']);
  await until(() => smsc.bound() === 0);
});

test('closing does not wait longer than it may, and what is unanswered then is in doubt', async () => {
  await using smsc = await startTestSmsc();
  await using it = openTestSession(smsc.port);
  await it.session.whenReady();
  smsc.withholdResponses(true);
  const results = it.session.submit([aMessage()]);
  await until(() => smsc.counts.submits === 1);
  const startedAt = performance.now();
  await it.session.close(50);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect(await Promise.all(results)).toEqual([{ outcome: 'unknown', reason: 'closed' }]);
});

test('a session that never got through closes at once, and tells those who wait for it', async () => {
  const it = openTestSession(1);
  const [waiting] = await Promise.allSettled([it.session.whenReady(), it.session.close(5000)]);
  expect(waiting.status).toBe('rejected');
  expect(it.session.health().state).toBe('closed');
});

test('neither password, numbers nor texts are logged', async () => {
  await using smsc = await startTestSmsc({ receipts: { delayMs: 1 } });
  await using it = openTestSession(smsc.port);
  await submitAll(it.session, [aMessage({ to: '+33698765432', text: 'very private' })]);
  await smsc.deliver({ from: '+33687654321', to: '36111', text: 'also private' });
  smsc.cut();
  await until(() => smsc.counts.binds === 2);
  expect(it.logged.length).toBeGreaterThan(1);
  for (const secret of [PASSWORD, '98765432', '87654321', 'private']) expect(it.logged.join('')).not.toContain(secret);
});
